import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { SetupNode } from "../backend/setupTypes";
import { era, useFormat } from "../i18n/format";
import { href, type ApplyStep } from "../route";
import { forNode, forPerson, piecesFor, piecesSent, QUALIFICATIONS, type Draft } from "./draft";
import type { Piece } from "./evidence";

/** What will be signed, part by part, each with a way back to it. */
export function Summary({
  node,
  draft,
  pieces,
}: {
  node: SetupNode;
  draft: Draft;
  pieces: Piece[];
}): ReactElement {
  const { t } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  const sent = piecesSent(draft, pieces);
  const claims = QUALIFICATIONS.filter((code) => draft.qualifications[code].claimed);
  return (
    <>
      <Part step="clinic">
        <Fact name={t("root.name")}>{node.root?.name}</Fact>
        <Fact name={t("clinic.wanted")}>{t(`clinic.${draft.wanted}`)}</Fact>
        {forNode(draft) && (
          <>
            <Fact name={t("clinic.institution")}>
              {node.institution.name}
              {t("aside", { text: `${t("clinic.code")} ${node.institution.code}` })}
            </Fact>
            <Fact name={t("clinic.device")}>
              {words(`device.${draft.deviceClass}`)}・{words(`owner.${draft.owner}`)}
            </Fact>
          </>
        )}
      </Part>
      {forPerson(draft) && (
        <Part step="person">
          <Fact name={t("person.names")}>
            {draft.nameJa}
            {t("aside", { text: draft.kana })}
            <br />
            {draft.nameLatin}
          </Fact>
          <Fact name={t("person.id")}>
            <code>{draft.id}</code>
          </Fact>
          <Fact name={t("person.licence")}>
            {words(`licence.${draft.licenceType}`)} {draft.licenceNumber}
            {t("aside", { text: draft.jurisdiction })}
          </Fact>
          <Fact name={t("person.registeredOn")}>
            <Day day={draft.registeredOn} />
          </Fact>
          <Fact name={t("person.qualifications")}>
            {claims.length === 0 && t("review.none")}
            {claims.map((code) => {
              const { number, validTo, ground } = draft.qualifications[code];
              return (
                <span key={code} className="claim-line">
                  {words(`qualification.${code}`)} {number}
                  {validTo !== "" && (
                    <>
                      {"・"}
                      {t("person.validTo")} <Day day={validTo} />
                    </>
                  )}
                  {code === "equivalent" && <span className="prose">{ground}</span>}
                </span>
              );
            })}
          </Fact>
          <Fact name={t("person.institution")}>{draft.institution}</Fact>
        </Part>
      )}
      <Part step="papers">
        <Fact name={t("review.attachments")}>
          {sent.length === 0 && t("review.none")}
          {sent.map((piece, index) => (
            <PieceLine key={index} draft={draft} piece={piece} />
          ))}
        </Fact>
        <Fact name={t("papers.email")}>{draft.email || "—"}</Fact>
        <Fact name={t("papers.telephone")}>{draft.telephone || "—"}</Fact>
        <Fact name={t("papers.note")}>
          <span className="prose">{draft.note || "—"}</span>
        </Fact>
      </Part>
    </>
  );
}

function PieceLine({ draft, piece }: { draft: Draft; piece: Piece }): ReactElement {
  const { t } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  const format = useFormat();
  const kind = piecesFor(draft, "node", [piece]).length > 0 ? "node" : "practitioner";
  return (
    <span className="claim-line">
      {piece.name}{" "}
      <span className="quiet">
        {words(`evidence.kind.${piece.kind}`)}・{format.bytes(piece.size)}
        {draft.wanted === "both" && `・${t(`review.with.${kind}`)}`}
      </span>
    </span>
  );
}

function Day({ day }: { day: string }): ReactElement {
  const { t } = useTranslation("apply");
  const format = useFormat();
  return <>{day === "" ? "—" : format.date(day) + t("aside", { text: era(day) })}</>;
}

function Part({ step, children }: { step: ApplyStep; children: React.ReactNode }): ReactElement {
  const { t } = useTranslation("apply");
  const part = t(`steps.${step}`);
  return (
    <section className="card summary" data-part={step}>
      <div className="title-row">
        <h3>{part}</h3>
        <span className="spacer" />
        <a href={href({ page: "apply", step })} aria-label={t("review.edit", { part })}>
          {t("review.editShort")}
        </a>
      </div>
      <dl className="facts">{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
