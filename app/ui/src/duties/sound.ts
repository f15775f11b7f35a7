/** How long a browser may take to let the page sound. */
const PATIENCE_MS = 500;

/**
 * Two short tones. A browser lets a page sound only once somebody has touched it; until then it stays silent, and the bar
 * on the page tells alone.
 */
export async function sound(): Promise<void> {
  if (typeof AudioContext === "undefined") return;
  const audio = new AudioContext();
  // A new one may be suspended for a moment, and for as long as nobody has touched the page.
  await Promise.race([audio.resume(), new Promise((over) => setTimeout(over, PATIENCE_MS))]);
  if (audio.state !== "running") {
    await audio.close();
    return;
  }
  const end = [880, 660].reduce((from, frequency) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.2, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.35);
    return from + 0.4;
  }, audio.currentTime);
  setTimeout(() => void audio.close(), (end - audio.currentTime) * 1000 + 100);
}
