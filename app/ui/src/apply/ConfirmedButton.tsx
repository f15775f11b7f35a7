import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement, type ReactNode } from "react";
import { ConfirmDialog } from "../parts/ConfirmDialog";

/** Removes something after it was asked once more. */
export function ConfirmedButton({
  label,
  title,
  act,
  onDone,
  children,
}: {
  label: string;
  /** The question; null: nothing is lost, and nothing is asked. */
  title: string | null;
  act: () => Promise<unknown>;
  onDone: () => Promise<void> | void;
  /** What is lost. */
  children: ReactNode;
}): ReactElement {
  const [asked, setAsked] = useState(false);
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      setAsked(false);
      return onDone();
    },
  });
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        disabled={acting.isPending}
        onClick={() => (title === null ? acting.mutate() : setAsked(true))}
      >
        {label}
      </button>
      {asked && title !== null && (
        <ConfirmDialog
          title={title}
          confirm={label}
          danger
          busy={acting.isPending}
          error={acting.error}
          onConfirm={() => acting.mutate()}
          onCancel={() => setAsked(false)}
        >
          <p>{children}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
