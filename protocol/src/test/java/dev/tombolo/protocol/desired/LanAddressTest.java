package dev.tombolo.protocol.desired;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.1.7:8444",
        "10.0.0.1:1",
        "172.17.0.2:65535",
        "[2001:db8::7]:8444",
        "[fd00:1:2:3:4:5:6:7]:8444",
        "[2001:db8::]:80"
      })
  void literalAddressesOfOtherMachinesAreTaken(String text) {
    assertThat(LanAddress.isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "hub.example:8444",
        "localhost:8444",
        "192.168.1.7",
        "192.168.1.7:0",
        "192.168.1.7:65536",
        "192.168.1.7:08444",
        "192.168.1.7:-1",
        "192.168.1:8444",
        "192.168.1.256:8444",
        "192.168.01.7:8444",
        "0.0.0.0:8444",
        "127.0.0.1:8444",
        "169.254.7.7:8444",
        "224.0.0.1:8444",
        "255.255.255.255:8444",
        "3232235783:8444",
        "[::]:8444",
        "[::1]:8444",
        "[::ffff:192.168.1.7]:8444",
        "[0:0:0:0:0:0:0:1]:8444",
        "[fe80::1]:8444",
        "[fe80::1%eth0]:8444",
        "[ff02::1]:8444",
        "[2001:db8::7::1]:8444",
        "[2001:db8:7]:8444",
        "[1:2:3:4:5:6:7:8:9]:8444",
        "[2001:db8::12345]:8444",
        "2001:db8::7:8444",
        "[2001:db8::7]8444",
        "\u0661.2.3.4:8444",
        "192.168.1.7:8444\r\nX: y"
      })
  void everythingElseIsNot(String text) {
    assertThat(LanAddress.isValid(text)).isFalse();
  }
}
