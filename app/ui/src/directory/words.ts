/** The words of a profile and of the search, as the node knows them; codes are what is sent. */
export interface Word {
  code: string;
  ja: string;
  en: string;
}

/** Kinds of images. */
export const MODALITIES: readonly Word[] = words(`
cone-beam-ct | 歯科用コーンビームCT | Cone beam CT
ct | CT | CT
mr | MRI | MRI
panoramic | パノラマエックス線写真 | Panoramic radiography
intraoral | 口内法エックス線写真 | Intraoral radiography
cephalometric | 頭部エックス線規格写真 | Cephalometric radiography
plain-radiography | 頭頸部単純エックス線写真 | Plain radiography
ultrasound | 超音波 | Ultrasound
sialography | 唾液腺造影 | Sialography
pet | PET・核医学 | PET and nuclear medicine
`);

/** Fields of interest. */
export const INTERESTS: readonly Word[] = words(`
implant | インプラント | Implants
impacted-teeth | 埋伏歯・智歯 | Impacted and wisdom teeth
endodontic | 歯内療法・根尖病変 | Endodontics and apical lesions
periodontal | 歯周病 | Periodontal disease
orthodontic | 矯正歯科 | Orthodontics
temporomandibular | 顎関節 | Temporomandibular joint (TMJ)
cysts-and-tumours | 嚢胞・良性腫瘍 | Cysts and benign tumours
oncology | 口腔がん・悪性腫瘍 | Oral cancer and malignant tumours
inflammation | 炎症・骨髄炎・顎骨壊死 | Inflammation, osteomyelitis and osteonecrosis (MRONJ)
trauma | 外傷・骨折 | Trauma and fractures
paranasal-sinus | 上顎洞・副鼻腔 | Maxillary and paranasal sinuses
salivary-gland | 唾液腺 | Salivary glands
paediatric | 小児歯科 | Paediatric dentistry
systemic-disease | 全身疾患・骨系統疾患 | Systemic and bone diseases
cleft-and-anomaly | 口唇口蓋裂・先天異常 | Cleft lip and palate, anomalies
airway | 気道・睡眠時無呼吸 | Airway and sleep apnoea
forensic | 歯科法医学・個人識別 | Forensic odontology and identification
dosimetry | 線量・放射線防護 | Dose and radiation protection
`);

/** Languages by their BCP 47 subtag. */
export const LANGUAGES: readonly Word[] = words(`
ja | 日本語 | Japanese
en | 英語 | English
zh | 中国語 | Chinese
ko | 韓国語 | Korean
vi | ベトナム語 | Vietnamese
tl | タガログ語 | Tagalog
id | インドネシア語 | Indonesian
th | タイ語 | Thai
my | ミャンマー語 | Burmese
ne | ネパール語 | Nepali
hi | ヒンディー語 | Hindi
pt | ポルトガル語 | Portuguese
es | スペイン語 | Spanish
fr | フランス語 | French
de | ドイツ語 | German
it | イタリア語 | Italian
ru | ロシア語 | Russian
ar | アラビア語 | Arabic
fa | ペルシア語 | Persian
jsl | 日本手話 | Japanese Sign Language
`);

/** Prefectures by their code of JIS X 0401. */
export const REGIONS: readonly Word[] = words(`
01 | 北海道 | Hokkaido
02 | 青森県 | Aomori
03 | 岩手県 | Iwate
04 | 宮城県 | Miyagi
05 | 秋田県 | Akita
06 | 山形県 | Yamagata
07 | 福島県 | Fukushima
08 | 茨城県 | Ibaraki
09 | 栃木県 | Tochigi
10 | 群馬県 | Gunma
11 | 埼玉県 | Saitama
12 | 千葉県 | Chiba
13 | 東京都 | Tokyo
14 | 神奈川県 | Kanagawa
15 | 新潟県 | Niigata
16 | 富山県 | Toyama
17 | 石川県 | Ishikawa
18 | 福井県 | Fukui
19 | 山梨県 | Yamanashi
20 | 長野県 | Nagano
21 | 岐阜県 | Gifu
22 | 静岡県 | Shizuoka
23 | 愛知県 | Aichi
24 | 三重県 | Mie
25 | 滋賀県 | Shiga
26 | 京都府 | Kyoto
27 | 大阪府 | Osaka
28 | 兵庫県 | Hyogo
29 | 奈良県 | Nara
30 | 和歌山県 | Wakayama
31 | 鳥取県 | Tottori
32 | 島根県 | Shimane
33 | 岡山県 | Okayama
34 | 広島県 | Hiroshima
35 | 山口県 | Yamaguchi
36 | 徳島県 | Tokushima
37 | 香川県 | Kagawa
38 | 愛媛県 | Ehime
39 | 高知県 | Kochi
40 | 福岡県 | Fukuoka
41 | 佐賀県 | Saga
42 | 長崎県 | Nagasaki
43 | 熊本県 | Kumamoto
44 | 大分県 | Oita
45 | 宮崎県 | Miyazaki
46 | 鹿児島県 | Kagoshima
47 | 沖縄県 | Okinawa
`);

/** Qualifications that let somebody read. */
export const QUALIFICATIONS: readonly Word[] = words(`
oral-radiology | 歯科放射線専門医 | Specialist in oral and maxillofacial radiology
diagnostic-radiology | 放射線診断専門医 | Specialist in diagnostic radiology
equivalent | 同等の能力を有する歯科医師 | Dentist of equivalent ability
`);

function words(table: string): Word[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [code = "", ja = "", en = ""] = line.split(" | ");
      return { code, ja, en };
    });
}
