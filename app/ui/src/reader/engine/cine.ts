/** How fast images are played. */
const IMAGES_PER_SECOND = 15;

/** Plays by a step at a time, until it is stopped. */
export interface Cine {
  /** Begins or ends; tells which. */
  toggle: (step: () => void) => boolean;
  stop: () => void;
}

export function cine(): Cine {
  let clip: ReturnType<typeof setInterval> | undefined;
  const stop = () => {
    clearInterval(clip);
    clip = undefined;
  };
  return {
    toggle: (step) => {
      const playing = clip === undefined;
      stop();
      if (playing) clip = setInterval(step, 1000 / IMAGES_PER_SECOND);
      return playing;
    },
    stop,
  };
}
