/**
 * Full screen and back. The whole page, not the images alone: what is urgent, and the lock, must be seen there too.
 */
export function toggleFullScreen(): void {
  const done = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  done.catch(() => {
    // Refused by the browser or by its owner: the page stays as it was.
  });
}

/** The reader once more in a window of its own, for a second monitor. False when the browser does not allow it. */
export function openElsewhere(): boolean {
  const size = `popup,width=${screen.availWidth},height=${screen.availHeight}`;
  return window.open(location.href, "_blank", size) !== null;
}
