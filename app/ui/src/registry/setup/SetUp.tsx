import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Ceremony } from "../keys/Ceremony";
import { ChooseSecret, isChosen, NOTHING } from "../keys/Secret";
import { WayField, type Way } from "../keys/WayField";
import { useCeremony } from "../keys/queries";
import { NameField, isName } from "../operators/NameField";
import { CarriedFiles, folderOf, isWhole } from "./CarriedFiles";
import { SetUpDone } from "./SetUpDone";
import { setUp } from "./client";

/** Makes a registry: its root, its issuing authority, the passphrase of daily work, and its first operator. */
export function SetUp(): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [way, setWay] = useState<Way>("away");
  const [carried, setCarried] = useState({ files: [] as File[], passphrase: "" });
  const [daily, setDaily] = useState(NOTHING);
  const [operator, setOperator] = useState("");
  const [own, setOwn] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const held = useCeremony().data;
  const root = way === "away" ? isWhole(carried) : (held?.tried ?? false);
  const finish = useMutation({
    mutationFn: async () =>
      setUp.finish({
        origin: way === "here" ? "ceremony" : { carried: await folderOf(carried) },
        passphrase: daily.first,
        operator: operator.trim(),
        operator_passphrase: own.first,
      }),
  });
  if (finish.isSuccess) return <SetUpDone made={finish.data} />;
  return (
    <section className="stack">
      <h1>{t("setUp.title")}</h1>
      <p className="quiet">{t("setUp.intro")}</p>
      <div className="card stack">
        <h2>{t("keys.title")}</h2>
        <WayField legend={t("setUp.origin")} texts="setUp" value={way} onChange={setWay} />
        {way === "away" ? (
          <CarriedFiles draft={carried} tried={tried} onChange={setCarried} />
        ) : (
          <>
            <p className="note">{t("setUp.hereNote")}</p>
            <Ceremony name={null} />
          </>
        )}
      </div>
      <form
        className="card stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (root && isChosen(daily) && isName(operator) && isChosen(own)) finish.mutate();
        }}
      >
        <h2>{t("setUp.daily")}</h2>
        <p className="quiet">{t("setUp.dailyHint")}</p>
        <ChooseSecret
          label={t("secret.new")}
          name="dailyPassphrase"
          value={daily}
          tried={tried}
          onChange={setDaily}
        />
        <h2>{t("setUp.operator")}</h2>
        <p className="quiet">{t("operators.addMeans")}</p>
        <NameField
          label={t("operators.name")}
          value={operator}
          tried={tried}
          onChange={setOperator}
        />
        <ChooseSecret
          label={t("secret.new")}
          name="operatorPassphrase"
          value={own}
          tried={tried}
          onChange={setOwn}
        />
        {tried && !root && (
          <p className="note" role="alert">
            {t("setUp.first")}
          </p>
        )}
        {finish.isError && <ProblemNote error={finish.error} />}
        <button type="submit" className="button button-primary" disabled={finish.isPending}>
          {t(finish.isPending ? "setUp.finishing" : "setUp.finish")}
        </button>
      </form>
    </section>
  );
}
