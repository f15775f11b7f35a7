import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Field } from "../../parts/Field";
import { ProblemNote } from "../../parts/ProblemNote";
import { Facts } from "../Facts";
import { ceremony } from "./client";
import { useTaken } from "./queries";
import type { HeldRoot } from "./types";

/** The root was made: its shares go on paper, a sealed copy into a safe, and one page is tried. */
export function CeremonyMade({ held }: { held: HeldRoot }): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [share, setShare] = useState("");
  const [ending, setEnding] = useState(false);
  const taken = useTaken();
  const trial = useMutation({
    mutationFn: ceremony.tryShare,
    onSuccess: (tried) => {
      setShare("");
      taken(tried);
    },
  });
  const end = useMutation({ mutationFn: ceremony.end, onSuccess: () => taken(null) });
  const numbers = Array.from({ length: held.shares }, (_, index) => index + 1);
  return (
    <div className="stack" data-ceremony={held.tried ? "tried" : "made"}>
      <p className="note note-ok">{t("ceremony.made")}</p>
      <Facts
        rows={[
          [t("ceremony.name"), held.name],
          [t("keys.fingerprint"), <span className="code">{held.fingerprint}</span>],
          [t("ceremony.network"), <span className="code">{held.network}</span>],
        ]}
      />
      <ol className="steps">
        <li className="stack">
          <h3>{t("ceremony.pages")}</h3>
          <p>
            {t("ceremony.need", { total: held.shares, threshold: held.threshold })}{" "}
            {t("ceremony.pagesHint")}
          </p>
          <div className="buttons">
            {numbers.map((number) => (
              <a
                key={number}
                className="button"
                href={ceremony.page(number)}
                target="_blank"
                rel="noopener"
              >
                {t("ceremony.page", { number, total: held.shares })}
              </a>
            ))}
          </div>
        </li>
        <li className="stack">
          <h3>{t("ceremony.backup")}</h3>
          <p>{t("ceremony.backupHint")}</p>
          <div className="buttons">
            <a className="button" href={ceremony.key} download="root.key">
              {t("ceremony.saveKey")}
            </a>
            <a className="button" href={ceremony.certificate} download="root.pem">
              {t("ceremony.saveRoot")}
            </a>
          </div>
        </li>
        <li className={held.tried ? "stack step-done" : "stack"}>
          <h3>{t("ceremony.try")}</h3>
          {held.tried ? (
            <p className="note note-ok" role="status">
              {t("ceremony.tried")}
            </p>
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (share.trim() !== "") trial.mutate(share);
              }}
            >
              <Field label={t("ceremony.tryLabel")} hint={t("ceremony.tryHint")}>
                {(control) => (
                  <textarea
                    {...control}
                    name="share"
                    className="code"
                    rows={6}
                    spellCheck={false}
                    autoComplete="off"
                    value={share}
                    onChange={(event) => setShare(event.target.value)}
                  />
                )}
              </Field>
              {trial.isError && <ProblemNote error={trial.error} />}
              <button type="submit" className="button button-primary" disabled={trial.isPending}>
                {t("ceremony.tryDo")}
              </button>
            </form>
          )}
        </li>
      </ol>
      <button type="button" className="button button-quiet" onClick={() => setEnding(true)}>
        {t("ceremony.again")}
      </button>
      {ending && (
        <ConfirmDialog
          title={t("ceremony.againTitle")}
          confirm={t("ceremony.again")}
          danger
          busy={end.isPending}
          error={end.error}
          onCancel={() => {
            end.reset();
            setEnding(false);
          }}
          onConfirm={() => end.mutate()}
        >
          <p>{t("ceremony.againMeans")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
