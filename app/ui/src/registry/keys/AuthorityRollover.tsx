import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { FileButton } from "../../parts/FileButton";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { useAct } from "../useAct";
import { HereDialog } from "./HereDialog";
import { TakeDialog, type Came } from "./TakeDialog";
import { WayField, type Way } from "./WayField";
import { keyring } from "./client";
import type { KeyStanding } from "./types";

/** The next issuing authority, by steps: asked for here, certified where the root is, taken into service here. */
export function AuthorityRollover({
  standing,
  onDone,
}: {
  standing: KeyStanding;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [way, setWay] = useState<Way>("away");
  const [signing, setSigning] = useState(false);
  const [came, setCame] = useState<Came | null>(null);
  return (
    <div className="stack" data-rollover="authority">
      <WayField legend={t("roll.way")} texts="roll" value={way} onChange={setWay} />
      {way === "away" ? (
        <ByFile standing={standing} onCame={setCame} />
      ) : (
        <button type="button" className="button" onClick={() => setSigning(true)}>
          {t("roll.authority")}
        </button>
      )}
      {/* Here, so that it lasts when its request is no longer waited for. */}
      {came && <TakeDialog came={came} onClose={() => setCame(null)} onDone={onDone} />}
      {signing && (
        <HereDialog
          what="authority"
          name={standing.name}
          keyHere={standing.roots.some((root) => root.current && root.key_here !== null)}
          onClose={() => setSigning(false)}
          onDone={onDone}
        />
      )}
    </div>
  );
}

function ByFile({
  standing,
  onCame,
}: {
  standing: KeyStanding;
  onCame: (came: Came) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const ask = useAct(keyring.request);
  const check = useMutation({
    mutationFn: async (file: File): Promise<Came> => {
      const certificate = await file.text();
      const preview = await keyring.checkAuthority(certificate);
      return { what: "authority", certificate, preview };
    },
    onSuccess: onCame,
  });
  if (standing.request === null) {
    return (
      <>
        <p>{t("roll.requestMeans")}</p>
        {ask.isError && <ProblemNote error={ask.error} />}
        <button
          type="button"
          className="button button-primary"
          disabled={ask.isPending}
          onClick={() => ask.mutate(undefined)}
        >
          {t("roll.request")}
        </button>
      </>
    );
  }
  const command = `dokuei-registry root authority --key root.key --cert root.pem \\
    --request next-issuing.csr --number ${standing.next_authority} --out carried`;
  return (
    <ol className="steps">
      <li className="stack">
        <p>{t("roll.requestMeans")}</p>
        <a className="button" download="next-issuing.csr" href={keyring.requestFile}>
          {t("roll.saveRequest")}
        </a>
      </li>
      <li className="stack">
        <p>{t("roll.onRoot")}</p>
        <pre className="code">{command}</pre>
      </li>
      <li className="stack">
        <p>
          <Words>{t("roll.bringCertificate")}</Words>
        </p>
        <div className="buttons">
          <FileButton
            label={t("roll.certificate")}
            name="certificate"
            accept=".pem,.crt"
            busy={check.isPending}
            onFile={(file) => check.mutate(file)}
          />
        </div>
        {check.isError && <ProblemNote error={check.error} />}
      </li>
    </ol>
  );
}
