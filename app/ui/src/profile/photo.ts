/** The node and the network take no larger photo. */
export const MAX_PHOTO = 128 * 1024;

/** What keeps a file from being a photo of a profile, before anything is sent. */
export function faultOfPhoto(file: File): "photoKind" | "photoLarge" | null {
  if (file.type !== "image/png" && file.type !== "image/jpeg") return "photoKind";
  return file.size > MAX_PHOTO ? "photoLarge" : null;
}

/** The file in base64, as the API takes it. */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error("the file cannot be read"));
    // `data:image/png;base64,…`
    reader.onload = () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      resolve(url.replace(/^[^,]*,/, ""));
    };
    reader.readAsDataURL(file);
  });
}
