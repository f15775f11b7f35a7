import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ICONS } from "../icons";
import { LAYOUTS, type Layout } from "../pure/hanging";
import { ToolButton } from "./ToolButton";
import { ToolMenu } from "./ToolMenu";

/** How many panes there are, and whether they move together. */
export function LayoutMenu({
  layout,
  onLayout,
  linked,
  onLinked,
}: {
  layout: Layout;
  onLayout: (layout: Layout) => void;
  linked: boolean;
  onLinked: (linked: boolean) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <>
      <ToolMenu label={t("layout.label")} icon={ICONS[layout]} name={t(`layout.${layout}`)}>
        {LAYOUTS.map((one) => (
          <ToolButton
            key={one}
            icon={ICONS[one]}
            name={t(`layout.${one}`)}
            pressed={one === layout}
            onPress={() => onLayout(one)}
          />
        ))}
      </ToolMenu>
      {layout !== "1x1" && (
        <ToolButton
          icon={ICONS.linked}
          name={t("linked")}
          help={t("linkedHelp")}
          pressed={linked}
          onPress={() => onLinked(!linked)}
        />
      )}
    </>
  );
}
