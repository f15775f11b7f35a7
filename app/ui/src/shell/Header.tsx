import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { leaving } from "../backend/leaving";
import { keys, useStatus } from "../backend/queries";
import type { Practitioner } from "../backend/types";
import { forgetDrafted } from "../consultation/drafted";
import { forgetKept } from "../report/autosave";
import { useFormat } from "../i18n/format";
import { goTo, href } from "../route";
import { LanguageSwitch } from "./LanguageSwitch";
import { ThemeSwitch } from "./ThemeSwitch";

export function Header({ practitioner }: { practitioner: Practitioner | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useStatus();
  return (
    <header className="header">
      <a className="brand" href={href({ page: "work" })}>
        <img src="/icon.svg" alt="" width="28" height="28" />
        {t("app.name")}
      </a>
      <span className="quiet header-house">{status.data?.institution}</span>
      <span className="spacer" />
      {practitioner && (
        <>
          <nav className="header-pages" aria-label={t("app.pages")}>
            <a href={href({ page: "directory" })}>{t("title", { ns: "directory" })}</a>
            <a href={href({ page: "archives" })}>{t("short", { ns: "archives" })}</a>
            <a href={href({ page: "audit" })}>{t("short", { ns: "audit" })}</a>
            <a href={href({ page: "governance" })}>{t("short", { ns: "governance" })}</a>
            <a href={href({ page: "templates" })}>{t("forms.short", { ns: "report" })}</a>
            <a href={href({ page: "profile" })}>{t("profile.title", { ns: "directory" })}</a>
            <a href={href({ page: "notices" })}>{t("short", { ns: "notices" })}</a>
          </nav>
          <a className="who" href={href({ page: "security" })} title={t("security.title")}>
            {format.person(practitioner)}
          </a>
          <Lock />
          <SignOut />
        </>
      )}
      <ThemeSwitch />
      <LanguageSwitch />
    </header>
  );
}

function Lock(): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <button
      type="button"
      className="button button-quiet"
      onClick={() => {
        // Whatever the node says, the page is covered at once.
        client.setQueryData(keys.session, null);
        void leaving()
          .then(backend.lock)
          .catch(() => undefined);
      }}
    >
      {t("lock.now")}
    </button>
  );
}

function SignOut(): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = async () => {
    try {
      await leaving();
      await backend.signOut();
    } finally {
      // Whatever the node says, nothing of the last user's patients stays in this page.
      client.clear();
      forgetDrafted();
      forgetKept();
      client.setQueryData(keys.session, null);
      client.setQueryData(keys.left, Date.now());
      goTo({ page: "work" });
    }
  };
  return (
    <button type="button" className="button button-quiet" onClick={() => void leave()}>
      {t("signIn.out")}
    </button>
  );
}
