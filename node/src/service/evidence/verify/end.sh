echo "OK 合格: $entries entries, $certificates certificates, $proofs register proofs, $rows audit rows"
echo "     記録 $entries 件・証明書 $certificates 通・登録簿の証明 $proofs 件・監査記録 $rows 行"
echo "exported by 書き出した者: certificate $signed_by"
openssl x509 -in "certificates/$signed_by.pem" -noout -subject -nameopt utf8,sep_comma_plus 2> /dev/null
if [ -z "$root" ]; then
    echo "COMPARE this root with the one that the registry publishes 登録局の公表値と照合してください:"
    openssl x509 -in certificates/root.pem -noout -fingerprint -sha256
fi
