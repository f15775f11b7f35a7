import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { FileButton } from "../../parts/FileButton";
import { registry } from "../client";
import { useBootstraps } from "../queries";
import { placeHref } from "../route";
import { useAct } from "../useAct";
import { CollectDialog } from "./CollectDialog";
import type { Received } from "./types";

/** How applications come here: as a file, or from the drop boxes of bootstrap hosts. */
export function Intake({ onReceived }: { onReceived: () => void }): ReactElement {
  const { t } = useTranslation("applications");
  const receive = useAct((file: File) => registry.receive(file));
  const [asking, setAsking] = useState(false);
  const waiting = useWaiting();
  return (
    <div className="card intake">
      <p className="quiet">{t("intake.hint")}</p>
      <div className="buttons">
        <FileButton
          label={t("intake.file")}
          name="application"
          accept=".sealed,.dokuei,application/octet-stream"
          busy={receive.isPending}
          onFile={(file) => receive.mutate(file, { onSuccess: onReceived })}
        />
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t("intake.collect")}
          {waiting > 0 && <span className="count">{waiting}</span>}
        </button>
      </div>
      {receive.isPending && (
        <p className="quiet" role="status">
          {t("intake.reading")}
        </p>
      )}
      {receive.isSuccess && <Taken received={receive.data} />}
      {receive.isError && <ProblemNote error={receive.error} />}
      {asking && <CollectDialog onClose={() => setAsking(false)} />}
    </div>
  );
}

function Taken({ received }: { received: Received }): ReactElement {
  const { t } = useTranslation("applications");
  return (
    <p className="note note-ok" role="status" data-received={received.id}>
      <span>
        {t(received.new ? "intake.taken" : "intake.known")}{" "}
        <a href={placeHref({ page: "application", id: received.id })}>{t("intake.look")}</a>
      </span>
    </p>
  );
}

/** How many deposits the bootstrap hosts say they keep for us. */
function useWaiting(): number {
  const hosts = useBootstraps().data ?? [];
  return hosts
    .map((host) => ("peer_id" in host ? (host.drop_box?.deposits ?? 0) : 0))
    .reduce((sum, one) => sum + one, 0);
}
