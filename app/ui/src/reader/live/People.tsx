import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { LiveState, Participant } from "../../backend/liveTypes";
import { colourOf } from "../pure/live/follow";
import type { Desk } from "./desk";
import { useDeskState } from "./useDesk";
import { personIn, useNames } from "./useNames";

/** Who is there, who shares her view, and whose is followed. */
export function People({
  desk,
  state,
  caseId,
}: {
  desk: Desk;
  state: LiveState;
  caseId: string;
}): ReactElement {
  const { t } = useTranslation("live");
  const nameOf = useNames(caseId);
  const followed = personIn(state, useDeskState(desk).following.whom);
  return (
    <>
      <ul className="live-people" aria-label={t("people")}>
        {state.participants.map((one) => (
          <li key={one.practitioner} data-participant={one.practitioner}>
            <svg
              viewBox="0 0 12 12"
              width="12"
              height="12"
              aria-hidden="true"
              className={`live-colour-${colourOf(state, one.practitioner)}`}
            >
              <circle className="live-dot" cx="6" cy="6" r="5" />
            </svg>
            <span>{one.mine ? t("you", { name: nameOf(one) }) : nameOf(one)}</span>
            <span className="quiet">{t(standing(one))}</span>
            {!one.mine && <Follow desk={desk} person={one} name={nameOf(one)} />}
          </li>
        ))}
      </ul>
      <FollowNote desk={desk} name={followed ? nameOf(followed) : ""} />
    </>
  );
}

function standing({ connected, sharing }: Participant): "lost" | "shares" | "sharesNot" {
  if (!connected) return "lost";
  return sharing ? "shares" : "sharesNot";
}

function Follow({
  desk,
  person,
  name,
}: {
  desk: Desk;
  person: Participant;
  name: string;
}): ReactElement {
  const { t } = useTranslation("live");
  const { following } = useDeskState(desk);
  const follows = following.whom === person.practitioner;
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-pressed={follows}
      disabled={!follows && !person.sharing}
      onClick={() => desk.follow(follows ? null : person.practitioner)}
    >
      {t("follow", { name })}
    </button>
  );
}

/** Whether one's own images are moved by somebody else, said whenever it changes. */
function FollowNote({ desk, name }: { desk: Desk; name: string }): ReactElement {
  const { t } = useTranslation("live");
  const { following } = useDeskState(desk);
  const { whom, paused } = following;
  return (
    <div
      className="live-following"
      data-following={whom === null ? "none" : paused ? "paused" : "on"}
    >
      <p role="status">{whom === null ? t("alone") : t(paused ? "paused" : "follows", { name })}</p>
      {whom !== null && paused && (
        <button type="button" className="button" onClick={() => desk.follow(whom)}>
          {t("again")}
        </button>
      )}
    </div>
  );
}
