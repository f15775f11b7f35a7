import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Field } from "../../parts/Field";
import { registry } from "../client";
import { useBootstraps } from "../queries";
import { useAct } from "../useAct";
import type { Collected } from "./types";

/** Asks bootstrap hosts for what waits there: those of the configuration, or one at an address that is typed. */
export function CollectDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { t } = useTranslation("applications");
  const hosts = useBootstraps();
  const [url, setUrl] = useState("");
  const [missing, setMissing] = useState(false);
  const collect = useAct(() => registry.collect(url.trim()));
  const configured = hosts.data ?? [];
  return (
    <ConfirmDialog
      title={t("collect.title")}
      confirm={t("collect.ask")}
      cancel={collect.isSuccess ? t("collect.close") : undefined}
      busy={collect.isPending}
      error={collect.error}
      onCancel={onClose}
      onConfirm={() => {
        const nowhere = configured.length === 0 && url.trim() === "";
        setMissing(nowhere);
        if (!nowhere) collect.mutate(undefined);
      }}
    >
      <p>{t("collect.means")}</p>
      {configured.length > 0 && (
        <ul className="plain">
          {configured.map((host) => (
            <li key={host.url}>
              <span className="code">{host.url}</span>{" "}
              <span className="quiet">
                {"peer_id" in host
                  ? t("collect.waits", { count: host.drop_box?.deposits ?? 0 })
                  : t("collect.silent")}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Field
        label={t("collect.address")}
        hint={t(configured.length > 0 ? "collect.addressOptional" : "collect.addressHint")}
        error={missing && url.trim() === "" ? t("collect.addressMissing") : undefined}
      >
        {(control) => (
          <input
            {...control}
            inputMode="url"
            name="url"
            value={url}
            placeholder="http://127.0.0.1:8080"
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Field>
      {collect.isPending && (
        <p className="quiet" role="status">
          {t("collect.asking")}
        </p>
      )}
      {collect.isSuccess && (
        <div className="plain" role="status">
          {collect.data.map((one) => (
            <Came key={one.url} collected={one} />
          ))}
        </div>
      )}
    </ConfirmDialog>
  );
}

function Came({ collected }: { collected: Collected }): ReactElement {
  const { t } = useTranslation("applications");
  if ("code" in collected) {
    return (
      <p className="note note-problem">
        <span>
          {t("collect.failed", { url: collected.url })} <span lang="en">{collected.detail}</span>
        </span>
      </p>
    );
  }
  const fresh = collected.received.filter((one) => one.new).length;
  return (
    <p className="note note-ok">
      {t("collect.came", { url: collected.url, fresh, refused: collected.refused })}
    </p>
  );
}
