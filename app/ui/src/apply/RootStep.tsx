import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../backend/queries";
import { setup } from "../backend/setup";
import type { Root } from "../backend/setupTypes";
import { Field } from "../parts/Field";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { textOf } from "./evidence";

/** A root certificate with its successors is far smaller. */
const MAX_ROOT = 256 * 1024;
const DIGITS = 64;

/** Which registry is trusted: its root is shown, compared with what was published, and only then trusted. */
export function RootStep(): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const [pem, setPem] = useState("");
  const look = useMutation({
    mutationFn: async (file: File) => {
      const text = await textOf(file, MAX_ROOT);
      setPem(text);
      return setup.lookAtRoot(text);
    },
  });
  const trust = useMutation({
    mutationFn: (root: Root) => setup.trustRoot(pem, root.fingerprint),
    onSuccess: (node) => {
      client.setQueryData(keys.setupNode, node);
      return client.invalidateQueries();
    },
  });
  return (
    <section className="card">
      <h2>{t("root.title")}</h2>
      <p>{t("root.explain")}</p>
      <div>
        <FileButton
          label={t(look.data ? "root.chooseOther" : "root.choose")}
          name="root"
          accept=".pem,.crt,application/x-pem-file"
          busy={look.isPending || trust.isPending}
          onFile={(file) => look.mutate(file)}
        />
      </div>
      {look.isError && <ProblemNote error={look.error} />}
      {look.data && (
        <Compared
          key={look.data.fingerprint}
          root={look.data}
          busy={trust.isPending}
          onTrust={(root) => trust.mutate(root)}
        />
      )}
      {trust.isError && <ProblemNote error={trust.error} />}
    </section>
  );
}

function Compared({
  root,
  busy,
  onTrust,
}: {
  root: Root;
  busy: boolean;
  onTrust: (root: Root) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const [published, setPublished] = useState("");
  const [byEye, setByEye] = useState(false);
  const digits = published.toLowerCase().replace(/[^0-9a-f]/g, "");
  const same = digits === root.fingerprint;
  const different = digits.length >= DIGITS && !same;
  const short = digits.length > 0 && digits.length < DIGITS;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (same || byEye) onTrust(root);
      }}
    >
      <RootFacts root={root} />
      <p>{t("root.compare")}</p>
      <Field
        label={t("root.published")}
        hint={same ? t("root.same") : t("root.publishedHint")}
        error={
          different
            ? t("root.different")
            : short
              ? t("root.short", { count: digits.length })
              : undefined
        }
      >
        {(control) => (
          <input
            {...control}
            name="fingerprint"
            className={same ? "mono same" : "mono"}
            autoComplete="off"
            spellCheck={false}
            value={published}
            onChange={(event) => setPublished(event.target.value)}
          />
        )}
      </Field>
      {published === "" && (
        <label className="check">
          <input
            type="checkbox"
            name="compared"
            checked={byEye}
            onChange={(event) => setByEye(event.target.checked)}
          />
          {t("root.byEye")}
        </label>
      )}
      <button
        type="submit"
        className="button button-primary"
        disabled={busy || !(same || (byEye && published === ""))}
      >
        {t("root.trust")}
      </button>
    </form>
  );
}

/** What a root says of itself, its fingerprint in groups that are compared at a glance. */
export function RootFacts({ root }: { root: Root }): ReactElement {
  const { t } = useTranslation("apply");
  return (
    <dl className="facts">
      <div>
        <dt>{t("root.name")}</dt>
        <dd>
          <strong>{root.name}</strong>
        </dd>
      </div>
      <div>
        <dt>{t("root.fingerprint")}</dt>
        <dd className="fingerprint" data-fingerprint={root.fingerprint}>
          {(root.fingerprint.match(/.{1,4}/g) ?? []).map((group, index) => (
            <code key={index}>{group}</code>
          ))}
        </dd>
      </div>
      <div>
        <dt>{t("root.network")}</dt>
        <dd>
          <code>{root.network}</code>
        </dd>
      </div>
    </dl>
  );
}
