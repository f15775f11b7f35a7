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

# Two different entries that one signer has signed at one node for one place, where there are such. 同じ場所の二つの記録
# The header is an array of eleven: the log, a type, signer, node, and which entry of theirs it is, then the rest.
place_of() {
    place=$(hex < "$tmp/payload")
    place=${place#*8b50}
    log=$(echo "$place" | cut -c 1-32)
    place=$(echo "$place" | cut -c 33-)
    case $place in 18*) place=${place#????} ;; *) place=${place#??} ;; esac
    whose=$(echo "$place" | cut -c 1-136)
    place=$(echo "$place" | cut -c 137-)
    case $place in 18*) long=4 ;; 19*) long=6 ;; 1a*) long=10 ;; *) long=2 ;; esac
    echo "$log $whose $(echo "$place" | cut -c "1-$long")"
}
forks=0
if [ -e forks.txt ]; then
    while read -r number first second signer_of; do
        [ "$first" != "$second" ] || fail "fork $number is one entry twice"
        : > "$tmp/places"
        for which in a b; do
            at=forks/$number/$which
            id=$first
            [ "$which" = a ] || id=$second
            [ "$(sha256 < "$at/entry.cose")" = "$id" ] || fail "fork $number $which has another id"
            take_apart "$at/entry.cose" 'Ndokuei/entry/1'
            [ "$signer" = "$signer_of" ] || fail "fork $number $which names another signer"
            cmp -s "$tmp/signed" "$at/signed" || fail "fork $number $which: the signed bytes"
            cmp -s "$tmp/signature" "$at/signature" || fail "fork $number $which: the signature's bytes"
            key_of "$signer"
            ed25519 "$at/signed" "$at/signature" || fail "the signature of fork $number $which"
            [ "$(cat "$at/salt" "$at/body" | sha256)" = "$(tail -c 32 "$at/signed" | hex)" ] ||
                fail "the body of fork $number $which"
            place_of >> "$tmp/places"
        done
        [ "$(sort -u "$tmp/places" | wc -l)" -eq 1 ] || fail "fork $number is of two places"
        echo "FORK 食い違い $number: $signer_of has signed $first and $second for one place"
        forks=$((forks + 1))
    done < forks.txt
    [ "$forks" -gt 0 ] || fail "forks.txt is empty"
fi

