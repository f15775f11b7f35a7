import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { noticeActs } from "../backend/notices";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";

/** Sends a test at once, and tells what the other side said. */
export function TestButton({
  way,
  disabled,
}: {
  way: "email" | "webhook";
  disabled: boolean;
}): ReactElement {
  const { t } = useTranslation("notices");
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => noticeActs.test(way),
    onSettled: () => client.invalidateQueries({ queryKey: keys.notices }),
  });
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        disabled={disabled || test.isPending}
        onClick={() => test.mutate()}
      >
        {t("test")}
      </button>
      {disabled && <span className="quiet"> {t("saveFirst")}</span>}
      {test.isSuccess && <p role="status">{t("tested")}</p>}
      {test.isError && <ProblemNote error={test.error} />}
    </>
  );
}
