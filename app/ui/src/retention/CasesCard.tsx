import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Keeping, KeptCase } from "../backend/retention";
import { useFormat } from "../i18n/format";
import { href } from "../route";
import { DeleteDialog } from "./DeleteDialog";
import { HoldDialog } from "./HoldDialog";
import { Until } from "./Until";
import { WhoseBriefly } from "./Whose";

type Doing = { what: "hold" | "release" | "delete"; one: KeptCase };

/** The cases, with the last day on which each must be kept and what holds it. */
export function CasesCard({ kept, onlyDue }: { kept: Keeping; onlyDue: boolean }): ReactElement {
  const { t } = useTranslation("retention");
  const [doing, setDoing] = useState<Doing | null>(null);
  const shown = kept.cases.filter((one) => !onlyDue || one.records_due || one.images_due);
  const close = () => setDoing(null);
  return (
    <section className="card" aria-labelledby="cases-title">
      <h2 id="cases-title">{t("casesTitle")}</h2>
      {shown.length === 0 ? (
        <p className="quiet">{t("noCases")}</p>
      ) : (
        <table className="trail">
          <thead>
            <tr>
              <th scope="col">{t("case")}</th>
              <th scope="col">{t("completed")}</th>
              <th scope="col">{t("records")}</th>
              <th scope="col">{t("images")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("act")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Row key={one.case_id} one={one} may={kept.may_delete} onDo={setDoing} />
            ))}
          </tbody>
        </table>
      )}
      {doing?.what === "delete" && (
        <DeleteDialog
          subject={{ case_id: doing.one.case_id }}
          text={t("deleteCase")}
          until={later(doing.one)}
          kept={kept}
          onClose={close}
        />
      )}
      {(doing?.what === "hold" || doing?.what === "release") && (
        <HoldDialog one={doing.one} onClose={close} />
      )}
    </section>
  );
}

/** Records and images go together: the later day counts. */
function later(one: KeptCase): string | null {
  const days = [one.records?.day, one.images?.day].filter((day) => day !== undefined).sort();
  return days.at(-1) ?? null;
}

function Row({
  one,
  may,
  onDo,
}: {
  one: KeptCase;
  may: boolean;
  onDo: (doing: Doing) => void;
}): ReactElement {
  const { t } = useTranslation("retention");
  const format = useFormat();
  const hold = one.hold;
  return (
    <tr>
      <td>
        <WhoseBriefly subject={{ case_id: one.case_id }} />
        <a href={href({ page: "case", id: one.case_id })}>
          <code>{one.case_id.slice(0, 12)}</code>
        </a>
      </td>
      <td>{one.completed === null ? t("open") : format.date(one.completed)}</td>
      <td>
        <Until until={one.records} over={one.records_due} />
      </td>
      <td>
        <Until until={one.images} over={one.images_due} />
      </td>
      <td>{hold && t("heldBy", { name: hold.name, why: hold.why })}</td>
      <td>
        {hold ? (
          <button type="button" className="button" onClick={() => onDo({ what: "release", one })}>
            {t("release")}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => onDo({ what: "hold", one })}>
            {t("hold")}
          </button>
        )}
        {may && !hold && one.completed !== null && (
          <button
            type="button"
            className="button button-danger"
            onClick={() => onDo({ what: "delete", one })}
          >
            {t("delete")}
          </button>
        )}
      </td>
    </tr>
  );
}
