#!/bin/sh
# A device that is not our agent: enrols, connects, receives and verifies its desired document,
# downloads with a range, and reports, with openssl, curl and mosquitto_pub/sub alone. It follows
# docs/protocol.md step by step.
#   stranger.sh HOST PORT TOKEN FOLDER
set -eu
host=$1 port=$2 token=$3
cd "$4"
say() { printf '%s\n' "== $*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# One string field of a flat place in JSON, escapes still in it.
field() { sed -n 's/.*"'"$1"'":"\(\([^"\\]\|\\.\)*\)".*/\1/p' | head -n 1; }
# A JSON string's escapes undone (\n, \", \\, \/).
plain() { sed -e 's/\\\//\//g' -e 's/\\"/"/g' | while IFS= read -r line || [ -n "$line" ]; do printf "%b" "$line"; done; }
sha256() { openssl dgst -sha256 -r "$1" | cut -d' ' -f1; }

say "1. take the token apart: base32 after tmb1_, bytes 29-60 are the pin of the hub's root"
body=$(printf '%s' "${token#tmb1_}" | tr 'A-Z' 'a-z' | tr -d '-' | tr '0123456789abcdefghjkmnpqrstvwxyz' 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')
while [ $((${#body} % 8)) -ne 0 ]; do body="$body="; done
printf '%s' "$body" | base32 -d >token.bin 2>/dev/null || true
pin=$(tail -c +30 token.bin | head -c 32 | od -An -tx1 | tr -d ' \n')

say "2. the hub's chain; its last certificate is the root, whose key must match the pin"
openssl s_client -connect "$host:$port" -servername "$host" -showcerts </dev/null 2>/dev/null |
  awk '/BEGIN CERT/{n++; on=1} on{print > ("chain-" n ".pem")} /END CERT/{on=0; close("chain-" n ".pem")}'
root=$(ls chain-*.pem | tail -n 1)
openssl x509 -in "$root" >root.pem
got=$(openssl x509 -in root.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
[ "$got" = "$pin" ] || fail "the root's key is $got, the token pins $pin"

say "3. a P-256 key and a CSR; what subject it asks for does not matter"
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -subj '/O=system:masters/CN=stranger' -out csr.pem
printf '{"token":"%s","csr":"%s","facts":{"host":"stranger"}}' "$token" \
  "$(awk '{printf "%s\\n", $0}' csr.pem)" >enrol.json
curl -sS --cacert root.pem --tlsv1.3 -H 'Content-Type: application/json' --data-binary @enrol.json \
  "https://$host:$port/v1/enroll" >enrolled.json
device=$(field device <enrolled.json)
[ -n "$device" ] || fail "no device in $(cat enrolled.json)"
field certificate <enrolled.json | plain >certificate.pem
field documentCertificate <enrolled.json | plain >document.pem
openssl verify -CAfile root.pem certificate.pem
openssl verify -CAfile root.pem document.pem
openssl x509 -in certificate.pem -noout -subject | grep -q "CN = $device" || fail "the certificate is not for $device"
openssl x509 -in certificate.pem -noout -subject | grep -q masters && fail "the CSR's subject got through"

mqtt="-V 5 -h $host -p $port --cafile root.pem --cert certificate.pem --key key.pem --tls-version tlsv1.3 -i $device -q 1"
say "4. birth: this device holds nothing"
printf '{"type":"birth","bootId":"stranger-1","connect":1,"revision":0,"sections":[],"incarnation":"stranger","outboxThrough":0,"agentVersion":"stranger","features":["v1"],"wallMillis":%s000}' "$(date +%s)" >birth.json
# shellcheck disable=SC2086  # $mqtt is a list of words
mosquitto_pub $mqtt -t "tombolo/v1/$device/presence" -f birth.json

say "5. the desired document"
# shellcheck disable=SC2086
mosquitto_sub $mqtt -t "tombolo/v1/$device/desired" -C 1 -W 30 >desired.json
[ -s desired.json ] || fail "no desired document came"

say "6. its signature: DSSE over the payload, by a key that the hub's root certified"
field payload <desired.json | openssl base64 -d -A >manifest.json
type=$(field payloadType <desired.json | plain)
field sig <desired.json | openssl base64 -d -A >manifest.sig
{ printf 'DSSEv1 %s %s %s ' "${#type}" "$type" "$(wc -c <manifest.json | tr -d ' ')"; cat manifest.json; } >manifest.pae
openssl x509 -in document.pem -noout -pubkey >document.pub
openssl pkeyutl -verify -pubin -inkey document.pub -rawin -in manifest.pae -sigfile manifest.sig
grep -q "\"device\":\"$device\"" manifest.json || fail "the document is for another device"

say "7. every section's digest stands in the signed manifest"
tr '{' '\n' <desired.json | grep '^"name":"[a-z/0-9-]*","text":' >/dev/null || fail "no sections in the update"
awk -v RS='{"name":"' 'NR > 1 && /","text":"/ {print}' desired.json | while IFS= read -r section; do
  [ -n "$section" ] || continue
  name=${section%%\"*}
  printf '{"name":"%s' "$section" | field text | plain >section.txt
  digest="sha256:$(sha256 section.txt)"
  grep -q "{\"name\":\"$name\",\"digest\":\"$digest\"}" manifest.json || fail "section $name has $digest, not in the manifest"
  case $name in release/*) cp section.txt release.json ;; esac
  printf '   %s %s\n' "$name" "$digest"
done

say "8. a file of the release, in two ranges"
field payload <release.json | openssl base64 -d -A >release-manifest.json
file=$(sed -n 's/.*"files":\[{[^}]*"digest":"sha256:\([0-9a-f]*\)".*/\1/p' release-manifest.json)
get() { curl -sS --fail --cacert root.pem --cert certificate.pem --key key.pem "$@" "https://$host:$port/v1/files/$file"; }
get -r 0-3 >file.bin
get -r 4- >>file.bin
[ "$(sha256 file.bin)" = "$file" ] || fail "the file's digest is wrong"

say "9. a report; PUBACK comes after the hub's commit, acked says how far"
manifest="sha256:$(sha256 manifest.json)"
now=$(date +%s)000
printf '{"incarnation":"stranger","bootId":"stranger-1","wallMillis":%s,"monotonicMillis":5,"rows":[{"sequence":1,"bootId":"stranger-1","wallMillis":%s,"monotonicMillis":4,"body":{"kind":"state","manifest":"%s","revision":1,"applications":[],"reasons":[],"facts":{"host":"stranger"}}},{"sequence":2,"bootId":"stranger-1","wallMillis":%s,"monotonicMillis":4,"body":{"kind":"result","channel":"people","json":"{\\"entered\\":3}"}}]}' \
  "$now" "$now" "$manifest" "$now" >report.json
# shellcheck disable=SC2086
mosquitto_pub $mqtt -t "tombolo/v1/$device/report" -f report.json
# shellcheck disable=SC2086
mosquitto_sub $mqtt -t "tombolo/v1/$device/acked" -C 1 -W 30 >acked.json
grep -q '"incarnation":"stranger","through":2' acked.json || fail "acked says $(cat acked.json)"

say "done: $device"
