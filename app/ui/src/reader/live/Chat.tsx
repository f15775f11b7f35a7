import { useEffect, useRef, useState, type ReactElement, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { MOST, type LiveState } from "../../backend/liveTypes";
import { useFormat } from "../../i18n/format";
import { ProblemNote } from "../../parts/ProblemNote";
import type { Desk } from "./desk";
import { personIn, useNames } from "./useNames";

/** What is said while one looks together. Nothing of it is kept, and the page says so. */
export function Chat({
  desk,
  state,
  caseId,
}: {
  desk: Desk;
  state: LiveState;
  caseId: string;
}): ReactElement {
  const { t } = useTranslation("live");
  const format = useFormat();
  const [text, setText] = useState("");
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const said = state.messages.at(-1)?.number;
  useEffect(() => {
    // What was said last is seen.
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [said]);
  const nameOf = useNames(caseId);
  const saidBy = (practitioner: string) => {
    const who = personIn(state, practitioner);
    if (!who) return t("chat.gone");
    return who.mine ? t("me") : nameOf(who);
  };
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words === "" || sending) return;
    setSending(true);
    desk
      .say(words)
      .then(
        () => {
          setText("");
          setProblem(null);
        },
        (error: unknown) => setProblem(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => setSending(false));
  };
  return (
    <section className="live-chat" aria-labelledby="live-chat-title">
      <h3 id="live-chat-title">{t("chat.title")}</h3>
      <p className="quiet">{t("chat.notKept")}</p>
      <div
        ref={list}
        className="live-log"
        role="log"
        tabIndex={0}
        aria-labelledby="live-chat-title"
      >
        <ol>
          {state.messages.map(({ number, practitioner, at, text: words }) => (
            <li key={number} data-message={number}>
              <span className="quiet">
                {saidBy(practitioner)} {format.time(at)}
              </span>
              <p className="prose">{words}</p>
            </li>
          ))}
        </ol>
      </div>
      <form className="live-say" onSubmit={send}>
        <label>
          {t("chat.text")}
          <input
            type="text"
            value={text}
            maxLength={MOST.text}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={text.trim() === "" || sending}>
          {t("chat.send")}
        </button>
      </form>
      {problem && <ProblemNote error={problem} />}
    </section>
  );
}
