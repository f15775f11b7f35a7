import { useRef, type ReactElement } from "react";

/** A button that lets a file be chosen: it looks and is reached like every other button. */
export function FileButton({
  label,
  accept,
  name,
  busy,
  multiple = false,
  onFile,
  onFiles,
}: {
  label: string;
  accept: string;
  name: string;
  busy: boolean;
  multiple?: boolean;
  onFile?: (file: File) => void;
  /** All that were chosen at once. */
  onFiles?: (files: File[]) => void;
}): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        name={name}
        accept={accept}
        multiple={multiple}
        aria-label={label}
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was corrected.
          event.target.value = "";
          if (files[0]) onFile?.(files[0]);
          if (files.length > 0) onFiles?.(files);
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
