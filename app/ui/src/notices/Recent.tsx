import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { NoticeView } from "../backend/noticeTypes";
import { useFormat } from "../i18n/format";
import { href } from "../route";

/** What I was told lately, and what did not arrive and why. */
export function Recent({ notices }: { notices: NoticeView[] }): ReactElement {
  const { t } = useTranslation("notices");
  const format = useFormat();
  return (
    <section className="card">
      <h2>{t("recent.title")}</h2>
      {notices.length === 0 && <p className="quiet">{t("recent.none")}</p>}
      {notices.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>{t("recent.when")}</th>
              <th>{t("recent.way")}</th>
              <th>{t("recent.what")}</th>
              <th>{t("recent.state")}</th>
            </tr>
          </thead>
          <tbody>
            {notices.map((one) => (
              <tr key={one.id}>
                <td>{format.dateTime(one.queued)}</td>
                <td>{t(`${one.channel}.title`)}</td>
                <td>
                  {one.case_id === null ? (
                    one.text
                  ) : (
                    <a href={href({ page: "case", id: one.case_id })}>{one.text}</a>
                  )}
                </td>
                <td>
                  {t(`state.${one.state}`)}
                  {one.why !== null && <span className="quiet"> {one.why}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
