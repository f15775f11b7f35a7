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

