import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useChoose } from "../backend/notices";
import type { NoticeChoice, NoticeSettings } from "../backend/noticeTypes";
import { ProblemNote } from "../parts/ProblemNote";
import { DesktopCard } from "./DesktopCard";
import { QuietCard } from "./QuietCard";
import { WayCard } from "./WayCard";

/** What I want to be told, by which ways and when not. */
export function NoticesForm({ kept }: { kept: NoticeSettings }): ReactElement {
  const { t } = useTranslation("notices");
  const [draft, setDraft] = useState<NoticeChoice>(kept.settings);
  const choose = useChoose();
  const change = (part: Partial<NoticeChoice>) => {
    choose.reset();
    setDraft({ ...draft, ...part });
  };
  const changed = JSON.stringify(draft) !== JSON.stringify(kept.settings);
  const save = (newSecret: boolean) =>
    choose.mutate(
      { settings: draft, new_secret: newSecret },
      { onSuccess: (now) => setDraft(now.settings) },
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <DesktopCard chosen={draft.desktop} onChoose={(desktop) => change({ desktop })} />
      <WayCard
        way="email"
        address={draft.email?.address ?? null}
        groups={draft.email?.groups ?? []}
        saved={!changed}
        disabled={!kept.can_mail}
        onChange={(address, groups) =>
          change({ email: address === null ? null : { address, groups } })
        }
      />
      <WayCard
        way="webhook"
        address={draft.webhook?.url ?? null}
        groups={draft.webhook?.groups ?? []}
        saved={!changed}
        onChange={(url, groups) => change({ webhook: url === null ? null : { url, groups } })}
      >
        {kept.has_secret && (
          <button type="button" className="button button-quiet" onClick={() => save(true)}>
            {t("webhook.newSecret")}
          </button>
        )}
        {choose.data?.secret && (
          <p role="status">
            {t("webhook.secret")} <code>{choose.data.secret}</code>
          </p>
        )}
      </WayCard>
      <QuietCard quiet={draft.quiet} onChange={(quiet) => change({ quiet })} />
      <p>
        <button
          type="submit"
          className="button button-main"
          disabled={!changed || choose.isPending}
        >
          {t("save")}
        </button>
      </p>
      {choose.isSuccess && !changed && <p role="status">{t("saved")}</p>}
      {choose.isError && <ProblemNote error={choose.error} />}
    </form>
  );
}
