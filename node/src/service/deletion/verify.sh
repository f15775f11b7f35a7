#!/bin/sh
# Checks the certificate of a deletion with OpenSSL (3 or newer), sha256sum and the tools of every Unix; no other program is
# needed and nothing is taken from a network.
# 廃棄証明書を、OpenSSL 3 以降と sha256sum だけで検証します。ネットワークは使いません。
#
#   sh verify.sh [--root ROOT.pem] [--without-register] [FOLDER]
#
# --root: the root certificate of the registry as you got it from the registry itself. Without it the fingerprint of the
# root is shown, to be compared with the published one.
# --without-register: for a node that no public register had reached yet; nothing shows then that the certificates are public.
set -u
LC_ALL=C
export LC_ALL

root=
if [ "${1:-}" = --root ]; then
    root=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
    shift 2
fi
register=yes
if [ "${1:-}" = --without-register ]; then
    register=no
    shift
fi
cd "${1:-$(dirname "$0")}" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

fail() {
    echo "REFUSED 不合格: $*" >&2
    exit 1
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
sha256() { openssl dgst -sha256 -r | cut -d ' ' -f 1; }
size() { wc -c < "$1" | tr -d ' '; }

# A certificate's public key.
key_of() { openssl x509 -in "certificates/$1.pem" -noout -pubkey > "$tmp/key" 2> /dev/null || fail "no certificate $1"; }

# pkeyutl -rawin: Ed25519 signs the bytes themselves.
ed25519() {
    openssl pkeyutl -verify -rawin -pubin -inkey "$tmp/key" -in "$1" -sigfile "$2" > /dev/null 2>&1
}

# A COSE_Sign1 (RFC 9052) is 84, the protected header, a0, the payload, 58 40, the signature. What is signed is
# 84 6a "Signature1", the protected header, what kind of document it is, the payload. Header: 58 26 a2 01 27 04 58 20 and
# SHA-256 of the signer's certificate.
take_apart() {
    n=$(size "$1")
    [ "$n" -gt 108 ] || fail "$1 is too short"
    head -c 41 "$1" | tail -c 40 > "$tmp/protected"
    tail -c 64 "$1" > "$tmp/signature"
    head -c $((n - 66)) "$1" | tail -c +43 > "$tmp/payload"
    { printf '\204'; cat "$tmp/protected"; printf '\240'; cat "$tmp/payload"; printf '\130\100'; cat "$tmp/signature"; } |
        cmp -s - "$1" || fail "$1 is no COSE_Sign1 of this form"
    { printf '\204jSignature1'; cat "$tmp/protected"; printf "$2"; cat "$tmp/payload"; } > "$tmp/signed"
    signer=$(tail -c 32 "$tmp/protected" | hex)
}

# 1. The root, which all else rests on. 信頼の起点
openssl x509 -in certificates/root.pem -outform DER -out "$tmp/root.der" 2> /dev/null || fail "no root certificate"
if [ -n "$root" ]; then
    openssl x509 -in "$root" -outform DER 2> /dev/null | cmp -s - "$tmp/root.der" || fail "another root than yours"
fi

# 2. Every file is as it was when the node signed the certificate, and none was added. 全ファイルの一致
take_apart SHA256SUMS.cose 'Qdokuei/deletion/1'
sums=$(size SHA256SUMS)
head_of=$(($(size "$tmp/payload") - sums))
[ "$head_of" -ge 1 ] && [ "$head_of" -le 5 ] || fail "SHA256SUMS is not what was signed"
tail -c "$sums" "$tmp/payload" | cmp -s - SHA256SUMS || fail "SHA256SUMS is not what was signed"
key_of "$signer"
ed25519 "$tmp/signed" "$tmp/signature" || fail "the signature over SHA256SUMS"
machine=$signer
sha256sum --strict --quiet -c SHA256SUMS > "$tmp/sums" 2>&1 || fail "$(head -n 1 "$tmp/sums")"
cut -c 67- SHA256SUMS | sort > "$tmp/listed"
find . -type f ! -name SHA256SUMS ! -name SHA256SUMS.cose | sed 's|^\./||' | sort | cmp -s - "$tmp/listed" ||
    fail "there are other files than those that were signed for"
if command -v b3sum > /dev/null; then
    b3sum --quiet -c B3SUMS > /dev/null 2>&1 || fail "B3SUMS"
fi

# 3. Each certificate is of this network, at the time at which it was used. 証明書の連鎖
# (-ignore_critical: the extension that names the licence is not known to OpenSSL.)
certificates=0
while read -r print time; do
    openssl x509 -in "certificates/$print.pem" -outform DER -out "$tmp/der" 2> /dev/null || fail "no certificate $print"
    [ "$(sha256 < "$tmp/der")" = "$print" ] || fail "certificate $print is another one"
    openssl verify -ignore_critical -attime "$time" -CAfile certificates/root.pem -untrusted "certificates/$print.issuers.pem" \
        "certificates/$print.pem" > /dev/null 2>&1 || fail "the chain of certificate $print"
    certificates=$((certificates + 1))
done < certificates.txt
grep -q "^$machine " certificates.txt || fail "the machine that signed this is not among the certificates"

# 4. The order: signed by whom it names, about what is listed. 廃棄命令の署名
# A field of a JSON document that is written a line each.
says() { grep -q "^ *\"$2\": $3,\{0,1\}$" "$1" || fail "$1 does not say $2 $3"; }
signed_order() {
    take_apart "$1.cose" 'Wdokuei/deletion-order/1'
    cmp -s "$tmp/signed" "$1.signed" || fail "$1: the signed bytes"
    cmp -s "$tmp/signature" "$1.signature" || fail "$1: the signature's bytes"
    length=$(size order.json)
    head_of=$(($(size "$tmp/payload") - length))
    [ "$head_of" -ge 1 ] && [ "$head_of" -le 5 ] || fail "order.json is not what was signed ($1)"
    tail -c "$length" "$tmp/payload" | cmp -s - order.json || fail "order.json is not what was signed ($1)"
    grep -q "^$signer " certificates.txt || fail "the signer of $1 is not among the certificates"
    [ "$signer" != "$machine" ] || fail "the machine itself has signed $1"
    key_of "$signer"
    ed25519 "$1.signed" "$1.signature" || fail "the signature of $1"
}
signed_order order
orderer=$signer
says order.json format '"dokuei-deletion-order/1"'
says order.json certificate "\"$orderer\""
if grep -q '^ *"second": null,$' order.json; then
    [ ! -e second.cose ] || fail "there is a second signature that the order does not name"
else
    signed_order second
    [ "$signer" != "$orderer" ] || fail "the second person is the first"
    says order.json certificate "\"$signer\""
fi
says order.json list_sha256 "\"$(sha256 < destroyed.txt)\""
says completion.json format '"dokuei-deletion/1"'
says completion.json order_sha256 "\"$(sha256 < order.cose)\""
says completion.json node "\"$machine\""
serial=$(sed -n 's/^ *"certificate": \([0-9][0-9]*\),$/\1/p' order.json | head -n 1)
[ -n "$serial" ] || fail "the order has no number"
says completion.json certificate "$serial"
things=$(wc -l < destroyed.txt | tr -d ' ')

# 5. Each certificate stands in the public register, whose root the registry has signed (RFC 9162). 公開登録簿
proofs=0
if [ "$register" = yes ]; then
    [ -s register.txt ] || fail "there is nothing of the public register (--without-register lets that pass)"
    read -r keeper time < register/signer.txt
    grep -q "^$keeper " certificates.txt || fail "the register's signer is not among the certificates"
    key_of "$keeper"
    head -c "$(size register/checkpoint.signed)" register/checkpoint | cmp -s - register/checkpoint.signed ||
        fail "the checkpoint's text"
    ed25519 register/checkpoint.signed register/checkpoint.signature || fail "the signature of the checkpoint"
    sed -n 3p register/checkpoint.signed | openssl base64 -d -A > "$tmp/root"
    while read -r print time; do
        [ "$print" = "$keeper" ] || grep -q "^[0-9]* $print issued " register.txt ||
            fail "certificate $print is not shown to be in the public register"
    done < certificates.txt
    while read -r number print act at_time; do
        at=register/$number
        if [ "$act" = issued ]; then
            openssl x509 -in "certificates/$print.pem" -outform DER -out "$tmp/der" 2> /dev/null
            cat "$at/before" "$tmp/der" "$at/after" | cmp -s - "$at/entry" || fail "register entry $number is of another"
        fi
        { printf '\000'; cat "$at/entry"; } | openssl dgst -sha256 -binary > "$tmp/node"
        while read -r side hash; do
            echo "$hash" | openssl base64 -d -A > "$tmp/sibling"
            if [ "$side" = L ]; then
                { printf '\001'; cat "$tmp/sibling" "$tmp/node"; } | openssl dgst -sha256 -binary > "$tmp/up"
            else
                { printf '\001'; cat "$tmp/node" "$tmp/sibling"; } | openssl dgst -sha256 -binary > "$tmp/up"
            fi
            mv "$tmp/up" "$tmp/node"
        done < "$at/proof"
        cmp -s "$tmp/node" "$tmp/root" || fail "register entry $number is not in the register that was signed"
        [ "$act" = issued ] || echo "NOTE 注意: certificate $print $act at $at_time (seconds since 1970)"
        proofs=$((proofs + 1))
    done < register.txt
fi

# 6. Each row of the audit trail hashes to what the trail says. 監査記録
rows=0
last=
while read -r number hash; do
    [ "$(sha256 < "audit/$number.row")" = "$hash" ] || fail "row $number of the audit trail"
    before=$(head -c 32 "audit/$number.row" | hex)
    case $last in
        "$((number - 1)) "*) [ "$before" = "${last#* }" ] || fail "row $number does not follow the one before" ;;
    esac
    last="$number $hash"
    rows=$((rows + 1))
done < audit.txt

echo "OK 合格: certificate no. $serial, $things things destroyed, $certificates certificates, $proofs register proofs, $rows audit rows"
echo "     第 $serial 号・廃棄 $things 件・証明書 $certificates 通・登録簿の証明 $proofs 件・監査記録 $rows 行"
echo "ordered by 命じた者: certificate $orderer"
openssl x509 -in "certificates/$orderer.pem" -noout -subject -nameopt utf8,sep_comma_plus 2> /dev/null
if [ -z "$root" ]; then
    echo "COMPARE this root with the one that the registry publishes 登録局の公表値と照合してください:"
    openssl x509 -in certificates/root.pem -noout -fingerprint -sha256
fi
