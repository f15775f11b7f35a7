import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../backend/dutyTypes";

/** Whom to telephone: an alarm that nobody answers on the screen goes on by telephone. */
export function Contacts({ contacts }: { contacts: Contact[] }): ReactElement | null {
  const { t } = useTranslation("duties");
  if (contacts.length === 0) return null;
  return (
    <ul className="contacts">
      {contacts.map((one) => (
        <li key={`${one.kind} ${one.name} ${one.text}`}>
          <span className="quiet">{t(`contact.${one.kind}`)}</span> {one.name}{" "}
          <strong>{one.text}</strong>
        </li>
      ))}
    </ul>
  );
}
