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

# 2. Every file is as it was when this was signed, and none was added. 全ファイルの一致
take_apart SHA256SUMS.cose "$kind"
sums=$(size SHA256SUMS)
head_of=$(($(size "$tmp/payload") - sums))
[ "$head_of" -ge 1 ] && [ "$head_of" -le 5 ] || fail "SHA256SUMS is not what was signed"
tail -c "$sums" "$tmp/payload" | cmp -s - SHA256SUMS || fail "SHA256SUMS is not what was signed"
key_of "$signer"
ed25519 "$tmp/signed" "$tmp/signature" || fail "the signature over SHA256SUMS"
signed_by=$signer
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
grep -q "^$signed_by " certificates.txt || fail "whoever signed this is not among the certificates"

