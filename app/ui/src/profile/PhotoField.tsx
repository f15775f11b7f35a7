import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import { base64Of, faultOfPhoto } from "./photo";

/** A photo as shown here: what its owner has, or has just chosen. */
export interface Photo {
  media_type: string;
  base64: string;
}

export function PhotoField({
  photo,
  fault,
  onChoose,
  onFault,
}: {
  photo: Photo | null;
  fault: "photoKind" | "photoLarge" | null;
  onChoose: (photo: Photo | null) => void;
  onFault: (fault: "photoKind" | "photoLarge" | null) => void;
}): ReactElement {
  const { t } = useTranslation("directory");
  const take = async (file: File | undefined) => {
    const wrong = file ? faultOfPhoto(file) : null;
    onFault(wrong);
    if (file && !wrong) onChoose({ media_type: file.type, base64: await base64Of(file) });
  };
  return (
    <Field
      label={t("profile.photo")}
      hint={t("profile.photoHint")}
      error={fault ? t(`profile.${fault}`) : undefined}
    >
      {(control) => (
        <>
          <input
            {...control}
            type="file"
            name="photo"
            accept="image/png,image/jpeg"
            onChange={(event) => void take(event.target.files?.[0])}
          />
          {photo && (
            <div className="buttons">
              <span className="quiet">{photo.media_type}</span>
              <button type="button" className="button button-quiet" onClick={() => onChoose(null)}>
                {t("profile.photoRemove")}
              </button>
            </div>
          )}
        </>
      )}
    </Field>
  );
}
