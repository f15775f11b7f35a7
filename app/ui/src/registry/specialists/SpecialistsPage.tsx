import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";
import { ProblemNote } from "../../parts/ProblemNote";
import { FileButton } from "../../parts/FileButton";
import { Pager } from "../Pager";
import type { Specialist } from "../applications/types";
import { registry } from "../client";
import { useSpecialists } from "../queries";
import { useAct } from "../useAct";
import { useMoment } from "../useMoment";
import { ImportDialog } from "./ImportDialog";

/** The boards' list of qualified specialists, which applications are compared with. */
export function SpecialistsPage(): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const [q, setQ] = useState("");
  const [offset, setOffset] = useState(0);
  const [file, setFile] = useState<File | null>(null);
  const list = useSpecialists(q, offset);
  const take = useAct((csv: File) => registry.importSpecialists(csv));
  const importedAt = list.data?.imported_at ?? null;
  return (
    <section className="stack">
      <h1>{t("specialists.title")}</h1>
      <div className="card stack">
        <p>{t("specialists.hint")}</p>
        <p className="quiet">
          {importedAt === null
            ? list.data && t("specialists.never")
            : t("specialists.imported", { at: moment.at(importedAt), ago: moment.ago(importedAt) })}
        </p>
        <details>
          <summary>{t("specialists.format")}</summary>
          <pre className="code">
            {"licence_number,board,board_number,name,valid_to\n" +
              "123456,oral-radiology,第77号,田中 花子,2028-03-31"}
          </pre>
          <p className="quiet">{t("specialists.columns")}</p>
        </details>
        <div className="buttons">
          <FileButton
            label={t("specialists.import")}
            name="specialists"
            accept=".csv,text/csv"
            busy={take.isPending}
            onFile={setFile}
          />
        </div>
        {take.isSuccess && (
          <p className="note note-ok" role="status">
            {t("specialists.taken", { count: take.data.imported })}
          </p>
        )}
      </div>
      {file && (
        <ImportDialog
          file={file}
          busy={take.isPending}
          error={take.error}
          onClose={() => {
            take.reset();
            setFile(null);
          }}
          onConfirm={() => take.mutate(file, { onSuccess: () => setFile(null) })}
        />
      )}
      {list.isError && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {importedAt !== null && list.data && (
        <>
          <Field label={t("list.search")}>
            {(control) => (
              <input
                {...control}
                type="search"
                name="q"
                value={q}
                placeholder={t("specialists.searchHint")}
                onChange={(event) => {
                  setOffset(0);
                  setQ(event.target.value);
                }}
              />
            )}
          </Field>
          <Rows rows={list.data.items} />
          <Pager page={list.data} onMove={setOffset} />
        </>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: Specialist[] }): ReactElement {
  const { t } = useTranslation("applications");
  if (rows.length === 0) return <p className="empty">{t("specialists.none")}</p>;
  return (
    <div className="table-scroll">
      <table className="cases">
        <thead>
          <tr>
            <th scope="col">{t("specialists.name")}</th>
            <th scope="col">{t("claims.licenceNumber")}</th>
            <th scope="col">{t("qualifications.what")}</th>
            <th scope="col">{t("qualifications.number")}</th>
            <th scope="col">{t("qualifications.until")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.licence_number + row.board + row.board_number + row.name}>
              <td>{row.name}</td>
              <td>{row.licence_number}</td>
              <td>{t(`qualification.${row.board}`)}</td>
              <td>{row.board_number || "—"}</td>
              <td className="when">{row.valid_to || "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
