#!/bin/sh
# Installs the Tombolo agent on a shop's computer and enrols it with a join token.
#
# The hub serves this file at https://HUB/install.sh. It trusts nothing but the token: the token
# names the key of the hub's CA, and every other byte is fetched over TLS that ends at that key.
# How to fetch the script itself safely: docs/decisions/0003-install-script-trust.md.
#
# Everything stands in functions, and the last line calls them: half a download does nothing.
set -eu

AGENT_PACKAGE=tombolo-agent-linux-x86_64.tar.gz
PACKAGE_BYTES_MAX=209715200
DISK_KIB_WANTED=262144
DOWNLOAD_TRIES_MAX=60
CONNECT_SECONDS_MAX=20
START_LOOKS_MAX=40
UPDATE_STAYS_WANTED=15

usage() {
  cat <<'END'
Installs the Tombolo agent and enrols this device.

  install.sh --token tmb1_... [options]

  --token TOKEN       the join token; or TOMBOLO_TOKEN, or --token-file FILE (- is standard input)
  --hub HOST:PORT     the hub's edge port; normally the token says it
  --prefix DIR        where the program goes            (/opt/tombolo-agent)
  --data DIR          where the device keeps its state  (/var/lib/tombolo-agent)
  --no-service        do not make a systemd service
  --uninstall         remove program and service and end the workloads; the state in --data stays
  --dry-run           check everything, change nothing
  --help

Run it again at any time: it goes on where it stopped, brings the program up to the hub's version,
and leaves a device that is enrolled as it is. Of older versions of the program one is kept; the
service goes back to it when the new one does not stay up.
A proxy is taken from https_proxy, and kept for the agent as proxy= in agent.properties of --data where there is no such file.
Ends with 0 when done, 1 when something is wrong (it says what), 2 when called wrongly.
END
}

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}
wrong_call() {
  printf 'install.sh: %s\nTry: install.sh --help\n' "$*" >&2
  exit 2
}

# ---- arguments

read_arguments() {
  token=${TOMBOLO_TOKEN:-} token_file='' hub='' prefix=/opt/tombolo-agent
  data=/var/lib/tombolo-agent service=yes dry_run=no uninstall=no
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --no-service) service=no ;;
      --dry-run) dry_run=yes ;;
      --uninstall) uninstall=yes ;;
      --token | --token-file | --hub | --prefix | --data)
        [ $# -ge 2 ] || wrong_call "$1 needs a value"
        set_option "$1" "$2"
        shift
        ;;
      --*=*) set_option "${1%%=*}" "${1#*=}" ;;
      *) wrong_call "what is '$1'?" ;;
    esac
    shift
  done
  if [ -n "$token_file" ]; then
    [ "$token_file" != - ] || token_file=/dev/stdin
    token=$(tr -d ' \t\r\n' <"$token_file") || fail "cannot read the token from $token_file"
  fi
  [ -n "$token" ] || [ "$uninstall" = yes ] ||
    wrong_call 'a join token is needed: --token tmb1_...'
  for folder in "$prefix" "$data"; do
    case $folder in
      *[!A-Za-z0-9/._+-]*) wrong_call "'$folder': use letters, digits and / . _ + - only" ;;
      /*) ;;
      *) wrong_call "'$folder' must be an absolute path" ;;
    esac
  done
}

set_option() { # name value
  case $1 in
    --token) token=$2 ;;
    --token-file) token_file=$2 ;;
    --hub) hub=$2 ;;
    --prefix) prefix=$2 ;;
    --data) data=$2 ;;
    *) wrong_call "what is '$1'?" ;;
  esac
}

# ---- this machine

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s); the agent runs on Linux."
  case $(uname -m) in
    x86_64 | amd64) ;;
    *) fail "there is no package for $(uname -m) yet, only for x86_64." ;;
  esac
  if [ -e /lib/ld-musl-x86_64.so.1 ] && ! [ -e /lib64/ld-linux-x86-64.so.2 ]; then
    fail 'this Linux has no glibc (it looks like Alpine); the package needs it.'
  fi
  missing=
  for tool in curl openssl tar gzip awk sed mktemp readlink setsid sync; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  [ -z "$missing" ] || fail "these tools are missing, install them first:$missing"
  [ "$dry_run" = yes ] || check_place
}

check_place() {
  if [ "$service" = yes ] && has_systemd && ! [ -w /etc/systemd/system ]; then
    fail 'making a systemd service needs root (sudo); or say --no-service.'
  fi
  for folder in "$prefix" "$data"; do
    # The device's key and its results are for its owner only.
    (
      [ "$folder" = "$prefix" ] || umask 077
      mkdir -p "$folder" 2>/dev/null
    ) || true
    [ -w "$folder" ] || fail "cannot write to $folder; run this as root (sudo), or choose --prefix and --data."
  done
  free=$(df -Pk "$prefix" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$DISK_KIB_WANTED" ] ||
    fail "$prefix has $((free / 1024)) MiB free; $((DISK_KIB_WANTED / 1024)) MiB are needed."
}

# ---- the token: tmb1_ and Crockford base32 of version 1, id 8, secret 20, CA key pin 32,
# publisher pin 32, expiry 8, endpoint count 1, endpoints, CRC-32C 4 (docs/protocol.md)

read_token() {
  case $token in
    [tT][mM][bB]1_*) ;;
    *) fail "a join token begins with tmb1_; this begins with '$(printf %.5s "$token")'." ;;
  esac
  bytes=$(printf %s "${token#?????}" | tr -d '-' | tr '[:upper:]' '[:lower:]' | tr 'oil' '011' | awk '{
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    for (i = 1; i <= length($0); i++) {
      value = index(digits, substr($0, i, 1)) - 1
      if (value < 0) { print "bad " i; exit }
      buffer = buffer * 32 + value; held += 5
      if (held >= 8) {
        held -= 8; unit = 2 ^ held
        printf "%d ", int(buffer / unit); buffer %= unit
      }
    }
  }') || fail 'awk failed on the token.'
  case $bytes in
    *bad*) fail "the token has a character that no token has, at place ${bytes##*bad }." ;;
  esac
  # shellcheck disable=SC2086 # one word each byte
  set -- $bytes
  [ $# -ge 110 ] || fail 'the token is cut short. Paste it whole.'
  [ "$1" = 1 ] || fail "the token is of kind $1; this script knows kind 1. Get the script from the hub again."
  check_sum "$@" || fail 'the token was mistyped: its check sum is wrong. Paste it whole.'

  at=0 pin='' expires=0 endpoint='' endpoints='' left=0
  for byte in "$@"; do
    if [ "$at" -ge 29 ] && [ "$at" -lt 61 ]; then
      pin=$pin$(printf %02x "$byte")
    elif [ "$at" -ge 93 ] && [ "$at" -lt 101 ]; then
      expires=$((expires * 256 + byte))
    elif [ "$at" -ge 102 ] && [ "$at" -lt $(($# - 4)) ]; then
      if [ "$left" -eq 0 ]; then
        endpoint='' left=$byte
      else
        # shellcheck disable=SC2059 # the format is the character's octal escape
        endpoint=$endpoint$(printf "\\$(printf %03o "$byte")") left=$((left - 1))
        [ "$left" -gt 0 ] || endpoints="$endpoints $endpoint"
      fi
    fi
    at=$((at + 1))
  done
  [ -z "$hub" ] || endpoints=$hub
  [ -n "$endpoints" ] || fail 'the token names no hub; say it: --hub HOST:PORT'
  hubs=
  # shellcheck disable=SC2086 # one word each endpoint
  for endpoint in $endpoints; do
    endpoint=${endpoint#https://}
    endpoint=${endpoint%/}
    case $endpoint in
      *[!A-Za-z0-9.:_-]* | -* | '') case $endpoint in
        \[*\]:*) ;;
        *) fail "'$endpoint' is not HOST:PORT" ;;
      esac ;;
    esac
    hubs="$hubs $endpoint"
  done
  # A device with a flat clock battery is in 1970 and thinks nothing has expired: fine, the hub knows.
  [ "$(date +%s)" -lt "$expires" ] || expired
}

# What has begun to join may have joined, or be in time for the hub, which knows; the pins are good.
expired() {
  over="the token expired on $(date -u -d "@$expires" 2>/dev/null || echo "second $expires of 1970")"
  [ -e "$data/identity" ] || fail "$over. Ask for a new one."
  say "$over: good for this device all the same, if it has joined."
}

# CRC-32C (RFC 3720) of all but the last four bytes, which hold it.
check_sum() {
  crc=4294967295
  count=$(($# - 4))
  while [ "$count" -gt 0 ]; do
    crc=$((crc ^ $1))
    for _ in 1 2 3 4 5 6 7 8; do
      crc=$((crc & 1 ? (crc >> 1) ^ 2197175160 : crc >> 1))
    done
    shift
    count=$((count - 1))
  done
  [ $((crc ^ 4294967295)) -eq $((($1 << 24) | ($2 << 16) | ($3 << 8) | $4)) ]
}

# ---- the hub

# Keeps of the hub's CA certificates the one whose key the token names. This one answer is asked
# for without knowing whom: nothing of it is used but what matches the pin.
find_root() {
  hub=
  for endpoint in $hubs; do
    step "asking $endpoint for its CA"
    if curl -fsSk --proto =https --connect-timeout "$CONNECT_SECONDS_MAX" --max-time 60 \
      --max-filesize 65536 -o "$work/ca.pem" "https://$endpoint/v1/ca.pem"; then
      hub=$endpoint
      break
    fi
  done
  [ -n "$hub" ] ||
    fail "cannot reach the hub at$hubs. Is the address right, and may this line go out to that port?"
  awk -v to="$work/root" '
    /-----BEGIN CERTIFICATE-----/ { n++; inside = 1 }
    inside { print > (to n ".pem") }
    /-----END CERTIFICATE-----/ { inside = 0 }' "$work/ca.pem"
  for certificate in "$work"/root*.pem; do
    [ -e "$certificate" ] || break
    # Written anew, so that nothing is trusted but the one certificate that is looked at: what came
    # may have others in it, under labels of another kind.
    openssl x509 -in "$certificate" -out "$work/one.pem" 2>/dev/null || continue
    found=$(openssl x509 -in "$work/one.pem" -noout -pubkey 2>/dev/null |
      openssl pkey -pubin -outform DER 2>/dev/null | openssl dgst -sha256 | sed 's/.* //')
    if [ "$found" = "$pin" ]; then
      mv "$work/one.pem" "$work/trusted.pem"
      return
    fi
  done
  fail "https://$hub is not the hub that made this token: its CA has another key.
Nothing was installed. Do not go on from this line; tell the people who gave you the token."
}

fetch() { # path to [more curl options]
  path=$1 to=$2
  shift 2
  curl -fsS --proto =https --cacert "$work/trusted.pem" --connect-timeout "$CONNECT_SECONDS_MAX" \
    "$@" -o "$to" "https://$hub$path"
}

why_no_tls() {
  fail "the hub's certificate was not accepted (see the line above). Usual causes: the clock of this
device is wrong (it says $(date -u '+%Y-%m-%d %H:%M') UTC), or $hub is not a name in the certificate (edge.names)."
}

# ---- the program

fetch_package() {
  fetch /packages/SHA256SUMS "$work/SHA256SUMS" --max-time 60 --max-filesize 65536 || why_no_tls
  digest=$(awk -v name="$AGENT_PACKAGE" '$2 == name { print $1 }' "$work/SHA256SUMS")
  case $digest in
    *[!0-9a-f]* | '') fail "the hub offers no $AGENT_PACKAGE." ;;
  esac
  version=$(printf %.16s "$digest")
  place=$prefix/versions/$version
  # That it is there does not mean that it is whole: an earlier run may have lost its power.
  if [ -x "$place/bin/tombolo-agent" ] && [ -n "$("$place/bin/tombolo-agent" --version 2>/dev/null)" ]; then
    step "the program is there already ($place)"
    return
  fi
  step "the program: $AGENT_PACKAGE, sha256 $digest"
  [ "$dry_run" = no ] || return 0

  mkdir -p "$prefix/versions"
  partial=$prefix/$digest.part
  tries=0 wrong=0
  until [ -e "$partial" ] && [ "$(sha256 "$partial")" = "$digest" ]; do
    tries=$((tries + 1))
    [ "$tries" -le "$DOWNLOAD_TRIES_MAX" ] ||
      fail "gave up on the download after $DOWNLOAD_TRIES_MAX tries. Run this again: it goes on where it stopped."
    before=$(size "$partial")
    if fetch "/packages/$AGENT_PACKAGE" "$partial" -C - --max-filesize "$PACKAGE_BYTES_MAX" \
      --speed-limit 100 --speed-time 60; then
      [ "$(sha256 "$partial")" = "$digest" ] || {
        # All of it came, and it is not what was promised. Once may be a proxy's old copy.
        rm -f "$partial"
        wrong=$((wrong + 1))
        [ "$wrong" -lt 2 ] || fail "the hub's package is not what its list says; nothing was installed."
      }
    elif [ "$before" = "$(size "$partial")" ]; then
      [ "$tries" -lt 3 ] || rm -f "$partial" # nothing can be added to it: begin anew
      sleep $((tries < 10 ? tries : 10))
    fi
  done

  rm -rf "$place.new"
  mkdir "$place.new"
  tar -xzf "$partial" -C "$place.new" --strip-components=1
  "$place.new/bin/tombolo-agent" --version >/dev/null ||
    fail 'the program does not start on this machine; see above.'
  # On the disk before it has its name, or a power cut leaves a folder of empty files.
  to_disk "$place.new"
  rm -rf "$place"
  mv "$place.new" "$place"
  to_disk "$prefix/versions"
  rm -f "$partial"
}

to_disk() { sync -f "$1" 2>/dev/null || sync; }

sha256() { openssl dgst -sha256 "$1" | sed 's/.* //'; }
size() { if [ -e "$1" ]; then wc -c <"$1"; else echo 0; fi; }

# The old version stays; `current` changes from one to the other in one rename.
switch_program() {
  before=$(readlink "$prefix/current" 2>/dev/null) || before=
  point_to "versions/$version"
  if [ -w /usr/local/bin ] && [ "$prefix" = /opt/tombolo-agent ]; then
    ln -sfn "$prefix/current/bin/tombolo-agent" /usr/local/bin/tombolo-agent
  fi
}

point_to() { # versions/VERSION
  ln -sfn "$1" "$prefix/current.new"
  mv -T "$prefix/current.new" "$prefix/current"
}

# All versions but the one in use and the one before it. Run again for the same version, it is not
# known which one that was: all stay until the next one comes.
remove_old_versions() {
  [ "$before" != "versions/$version" ] || return 0
  for folder in "$prefix"/versions/*; do
    case versions/${folder##*/} in
      "versions/$version" | "$before") ;;
      *) rm -rf "$folder" ;;
    esac
  done
}

# ---- the device

# What curl goes through. The agent, which is started without this environment, has it from a file.
keep_proxy() {
  proxy=${https_proxy:-${HTTPS_PROXY:-}}
  settings=$data/agent.properties
  # An empty one is what a power cut has left.
  [ -n "$proxy" ] && [ ! -s "$settings" ] || return 0
  ! needs_no_proxy "${hub%:*}" || return 0
  case $proxy in
    [Hh][Tt][Tt][Pp]://*) place=${proxy#*://} ;;
    *://*) place='another kind' ;;
    *) place=$proxy ;;
  esac
  place=${place%%/*}
  case $place in
    *[!A-Za-z0-9.:_-]* | *:*:* | *:*[!0-9]* | *: | '')
      say "The agent cannot go through this proxy, only through http://HOST:PORT without a password: $settings has none."
      return
      ;;
    *:*) ;;
    *) place=$place:1080 ;; # as curl takes it
  esac
  step "the agent goes through the proxy $place ($settings)"
  (
    umask 077
    printf 'proxy=%s\n' "$place" >"$settings.new"
  )
  to_disk "$settings.new"
  mv "$settings.new" "$settings"
  to_disk "$data"
}

needs_no_proxy() { # host
  for suffix in $(printf %s "${no_proxy:-${NO_PROXY:-}}" | tr ',*' ' %'); do
    case .$1 in
      *".${suffix#.}") return 0 ;;
    esac
    [ "$suffix" != % ] || return 0
  done
  return 1
}

# Whether the device is enrolled the program knows: a certificate alone may be half an enrolment.
# Its status is another question, which a damaged database does not answer.
enrol() {
  if "$prefix/current/bin/tombolo-agent" enroll --check --data "$data" >/dev/null 2>&1; then
    step "this device is enrolled already ($data)"
    return
  fi
  step "enrolling with the hub at $hub"
  # By standard input: everybody on the machine sees a program's arguments.
  printf '%s\n' "$token" |
    (
      umask 077
      "$prefix/current/bin/tombolo-agent" enroll --token-file - --data "$data"
    ) ||
    fail 'the device is installed but not enrolled: see above, then run this again.'
}

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

start_service() {
  if [ "$service" = no ] || ! has_systemd; then
    say
    say "Done. Start it, and have it started at boot, with:"
    say "  $prefix/current/bin/tombolo-agent run --data $data"
    return
  fi
  step 'making it a service'
  run_service
  look_at_agent
  say
  case $sight in
    line) say "Done. This device is joined and its agent runs. See: tombolo-agent status --data $data" ;;
    running)
      say "Done. This device is joined and its agent runs, but it has no line to the hub yet. It keeps trying."
      say "See why: tombolo-agent why --data $data; tombolo-agent doctor --data $data"
      ;;
    *) go_back ;;
  esac
}

# On the disk before the service starts: an empty unit, as a power cut leaves it, is never started.
run_service() {
  unit=/etc/systemd/system/tombolo-agent.service
  sed -e "s|@PREFIX@|$prefix|g" -e "s|@DATA@|$data|g" \
    "$prefix/current/share/tombolo-agent.service" >"$work/unit"
  install -m 644 "$work/unit" "$unit.new"
  to_disk "$unit.new"
  mv -T "$unit.new" "$unit"
  systemctl daemon-reload
  systemctl enable --quiet tombolo-agent.service
  to_disk /etc/systemd/system
  to_disk "$prefix"
  systemctl restart tombolo-agent.service
}

# Sets `sight`: `line` once it has one; else `running` when its process stays, or `gone`.
look_at_agent() {
  pid=0 stays=0 looks=0 sight=gone
  # What ran here before may have had a line, which is told until the new one has tried.
  stays_wanted=2
  [ -z "$before" ] || stays_wanted=$UPDATE_STAYS_WANTED
  while [ "$looks" -lt "$START_LOOKS_MAX" ]; do
    looks=$((looks + 1))
    sleep 1
    now=$(systemctl show -p MainPID tombolo-agent.service) || now=
    now=${now#MainPID=}
    if [ "${now:-0}" != 0 ] && [ "$now" = "$pid" ]; then
      stays=$((stays + 1))
    else
      pid=${now:-0} stays=0
    fi
    if [ "$stays" -ge "$stays_wanted" ] && "$prefix/current/bin/tombolo-agent" status --data "$data" 2>/dev/null |
      grep -q '^line  *up '; then
      sight=line
      return
    fi
  done
  [ "$stays" -lt 10 ] || sight=running
}

# The version before runs on, if there is one.
go_back() {
  why='See why: journalctl -u tombolo-agent.service'
  if [ -z "$before" ] || [ "$before" = "versions/$version" ] ||
    ! [ -x "$prefix/$before/bin/tombolo-agent" ]; then
    fail "the agent is installed but does not stay up. $why. Then run this again."
  fi
  new=$(name_of "versions/$version") old=$(name_of "$before")
  step "the agent $new does not stay up; going back to $old"
  point_to "$before"
  run_service
  look_at_agent
  [ "$sight" = gone ] ||
    fail "the agent $new does not stay up here; $old runs again. $why."
  fail "neither the agent $new nor $old stays up. $why. Then run this again."
}

name_of() { "$prefix/$1/bin/tombolo-agent" --version 2>/dev/null || printf '%s\n' "${1#versions/}"; }

# The device's state stays: its identity cannot be had again with a used token.
uninstall() {
  [ -d "$prefix/versions" ] || fail "there is no agent in $prefix; say --prefix."
  [ -w "$prefix" ] || fail "cannot write to $prefix; run this as root (sudo)."
  if [ "$service" = yes ] && has_systemd && [ -e /etc/systemd/system/tombolo-agent.service ]; then
    step 'ending the service and the workloads'
    systemctl disable --now --quiet tombolo-agent.service
    systemctl stop tombolo-workloads.slice
    rm -f /etc/systemd/system/tombolo-agent.service
    systemctl daemon-reload
  else
    say 'There is no service of this agent: end it and its workloads yourself.'
  fi
  step "removing the program ($prefix)"
  if [ "$(readlink /usr/local/bin/tombolo-agent 2>/dev/null)" = "$prefix/current/bin/tombolo-agent" ]; then
    rm -f /usr/local/bin/tombolo-agent
  fi
  rm -rf "$prefix/versions" "$prefix/current" "$prefix/current.new" "$prefix"/*.part
  rmdir "$prefix" 2>/dev/null || true
  say
  say "Done. The device's state is still in $data; remove it once the hub has another device in its slot."
}

main() {
  read_arguments "$@"
  if [ "$uninstall" = yes ]; then
    uninstall
    return
  fi
  check_machine
  read_token
  umask 022
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  find_root
  fetch_package
  if [ "$dry_run" = yes ]; then
    say
    say "All is well. Without --dry-run this would install to $prefix, enrol with $hub, and"
    say "$(if [ "$service" = yes ] && has_systemd; then echo 'start the systemd service tombolo-agent'; else echo 'tell how to start it'; fi). Nothing was changed."
    return
  fi
  switch_program
  keep_proxy
  enrol
  start_service
  remove_old_versions
}

main "$@"
