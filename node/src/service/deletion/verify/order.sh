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
    [ "$signer" != "$signed_by" ] || fail "the machine itself has signed $1"
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
says completion.json node "\"$signed_by\""
serial=$(sed -n 's/^ *"certificate": \([0-9][0-9]*\),$/\1/p' order.json | head -n 1)
[ -n "$serial" ] || fail "the order has no number"
says completion.json certificate "$serial"
things=$(wc -l < destroyed.txt | tr -d ' ')

