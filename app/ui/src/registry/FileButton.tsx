import { useRef, type ReactElement } from "react";

/** A button that lets a file be chosen: it looks and is reached like every other button. */
export function FileButton({
  label,
  accept,
  name,
  busy,
  onFile,
}: {
  label: string;
  accept: string;
  name: string;
  busy: boolean;
  onFile: (file: File) => void;
}): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        name={name}
        accept={accept}
        aria-label={label}
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again after it was corrected.
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
      <button
        type="button"
        className="button"
        disabled={busy}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
    </>
  );
}
