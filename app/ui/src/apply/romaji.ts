/** Hepburn as passports write it (外務省ヘボン式): a suggestion, which she corrects where she writes her name otherwise. */
const DIGRAPHS: Record<string, string> = {
  きゃ: "kya", きゅ: "kyu", きょ: "kyo", しゃ: "sha", しゅ: "shu", しょ: "sho",
  ちゃ: "cha", ちゅ: "chu", ちょ: "cho", にゃ: "nya", にゅ: "nyu", にょ: "nyo",
  ひゃ: "hya", ひゅ: "hyu", ひょ: "hyo", みゃ: "mya", みゅ: "myu", みょ: "myo",
  りゃ: "rya", りゅ: "ryu", りょ: "ryo", ぎゃ: "gya", ぎゅ: "gyu", ぎょ: "gyo",
  じゃ: "ja", じゅ: "ju", じょ: "jo", びゃ: "bya", びゅ: "byu", びょ: "byo",
  ぴゃ: "pya", ぴゅ: "pyu", ぴょ: "pyo",
}; // prettier-ignore

const SINGLE = new Map(
  (
    "あa いi うu えe おo かka きki くku けke こko さsa しshi すsu せse そso たta ちchi つtsu てte とto " +
    "なna にni ぬnu ねne のno はha ひhi ふfu へhe ほho まma みmi むmu めme もmo やya ゆyu よyo " +
    "らra りri るru れre ろro わwa ゐi ゑe をo がga ぎgi ぐgu げge ごgo ざza じji ずzu ぜze ぞzo " +
    "だda ぢji づzu でde どdo ばba びbi ぶbu べbe ぼbo ぱpa ぴpi ぷpu ぺpe ぽpo ゔvu"
  )
    .split(" ")
    .map((pair) => [pair.charAt(0), pair.slice(1)]),
);

/** ひらがな of what was typed in either kana; anything else stays. */
export function hiragana(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

/** A name in kana in Latin letters, each part with a capital; empty when it is not all kana. */
export function romaji(name: string): string {
  const parts = hiragana(name).trim().split(/\s+/).filter(Boolean).map(word);
  return parts.includes("") ? "" : parts.map(capital).join(" ");
}

function word(kana: string): string {
  let latin = "";
  let doubled = false;
  for (let at = 0; at < kana.length;) {
    const letter = kana.charAt(at);
    if (letter === "っ") {
      doubled = true;
      at += 1;
      continue;
    }
    const pair = DIGRAPHS[kana.slice(at, at + 2)];
    const sound = pair ?? (letter === "ん" ? "n" : letter === "ー" ? "-" : SINGLE.get(letter));
    if (sound === undefined) return "";
    latin += (doubled ? (sound.startsWith("ch") ? "t" : sound.charAt(0)) : "") + sound;
    doubled = false;
    at += pair ? 2 : 1;
  }
  return (
    latin
      .replace(/-/g, "")
      .replace(/n(?=[bmp])/g, "m")
      // Long vowels are not written, but for "oo" at the end of a name; in うえ and うら a word begins (井上, 松浦).
      .replace(/ou(?!e)/g, "o")
      .replace(/oo(?!$)/g, "o")
      .replace(/uu(?!ra)/g, "u")
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
