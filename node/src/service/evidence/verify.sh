#!/bin/sh
# Checks the evidence of a consultation with OpenSSL (3 or newer), sha256sum and the tools of every Unix; no other program
# is needed and nothing is taken from a network.
# 相談（診断依頼）の証拠一式を、OpenSSL 3 以降と sha256sum だけで検証します。ネットワークは使いません。
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

# 2. Every file is as it was when the bundle was signed, and none was added. 全ファイルの一致
take_apart SHA256SUMS.cose 'Qdokuei/evidence/1'
sums=$(size SHA256SUMS)
head_of=$(($(size "$tmp/payload") - sums))
[ "$head_of" -ge 1 ] && [ "$head_of" -le 5 ] || fail "SHA256SUMS is not what was signed"
tail -c "$sums" "$tmp/payload" | cmp -s - SHA256SUMS || fail "SHA256SUMS is not what was signed"
key_of "$signer"
ed25519 "$tmp/signed" "$tmp/signature" || fail "the signature over SHA256SUMS"
exporter=$signer
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
grep -q "^$exporter " certificates.txt || fail "whoever exported this is not among the certificates"

# 4. Each entry: signed by whom it says, its text as committed to, hung on those before it. 記録の署名と連鎖
entries=0
: > "$tmp/seen"
while read -r number id signer_of parents; do
    at=entries/$number
    [ "$(sha256 < "$at/entry.cose")" = "$id" ] || fail "entry $number has another id"
    take_apart "$at/entry.cose" 'Ndokuei/entry/1'
    [ "$signer" = "$signer_of" ] || fail "entry $number names another signer"
    cmp -s "$tmp/signed" "$at/signed" || fail "entry $number: the signed bytes"
    cmp -s "$tmp/signature" "$at/signature" || fail "entry $number: the signature's bytes"
    key_of "$signer"
    ed25519 "$at/signed" "$at/signature" || fail "the signature of entry $number"
    # The signed header ends with SHA-256 of salt and body.
    commitment=$(tail -c 32 "$at/signed" | hex)
    [ "$(cat "$at/salt" "$at/body" | sha256)" = "$commitment" ] || fail "the body of entry $number"
    signed=$(hex < "$at/signed")
    if [ "$parents" != - ]; then
        for parent in $(echo "$parents" | tr ',' ' '); do
            grep -q "^$parent$" "$tmp/seen" || fail "entry $number hangs on one that is not here"
            case $signed in *"$parent"*) ;; *) fail "entry $number does not name $parent" ;; esac
        done
    fi
    echo "$id" >> "$tmp/seen"
    entries=$((entries + 1))
done < entries.txt
[ "$entries" -gt 0 ] || fail "there are no entries"

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

echo "OK 合格: $entries entries, $certificates certificates, $proofs register proofs, $rows audit rows"
echo "     記録 $entries 件・証明書 $certificates 通・登録簿の証明 $proofs 件・監査記録 $rows 行"
echo "exported by 書き出した者: certificate $exporter"
openssl x509 -in "certificates/$exporter.pem" -noout -subject -nameopt utf8,sep_comma_plus 2> /dev/null
if [ -z "$root" ]; then
    echo "COMPARE this root with the one that the registry publishes 登録局の公表値と照合してください:"
    openssl x509 -in certificates/root.pem -noout -fingerprint -sha256
fi
