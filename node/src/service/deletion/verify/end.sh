echo "OK 合格: certificate no. $serial, $things things destroyed, $certificates certificates, $proofs register proofs, $rows audit rows"
echo "     第 $serial 号・廃棄 $things 件・証明書 $certificates 通・登録簿の証明 $proofs 件・監査記録 $rows 行"
echo "ordered by 命じた者: certificate $orderer"
openssl x509 -in "certificates/$orderer.pem" -noout -subject -nameopt utf8,sep_comma_plus 2> /dev/null
if [ -z "$root" ]; then
    echo "COMPARE this root with the one that the registry publishes 登録局の公表値と照合してください:"
    openssl x509 -in certificates/root.pem -noout -fingerprint -sha256
fi
