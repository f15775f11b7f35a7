import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { FileButton } from "../../parts/FileButton";
import { Found } from "../Found";
import { SearchField } from "../SearchField";
import type { Specialist } from "../applications/types";
import { registry } from "../client";
import { useSpecialists } from "../queries";
import { useAct } from "../useAct";
import { useFilter } from "../useFilter";
import { useMoment } from "../useMoment";
import { ImportDialog } from "./ImportDialog";

const EVERYBODY = { q: "", offset: 0 };

/** The boards' list of qualified specialists, which applications are compared with. */
export function SpecialistsPage(): ReactElement {
  const { t } = useTranslation(["applications", "registry"]);
  const moment = useMoment();
  const { filter, narrow, move } = useFilter(EVERYBODY);
  const [file, setFile] = useState<File | null>(null);
  const list = useSpecialists(filter.q, filter.offset);
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
      {importedAt !== null && (
        <SearchField
          label={t("registry:list.search")}
          hint={t("specialists.searchHint")}
          value={filter.q}
          onChange={(q) => narrow({ q })}
        />
      )}
      {(importedAt !== null || list.isError) && (
        <Found query={list} none={t("specialists.none")} onMove={move}>
          {(rows) => <Rows rows={rows} />}
        </Found>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: Specialist[] }): ReactElement {
  const { t } = useTranslation("applications");
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
