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

