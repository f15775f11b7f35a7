//! Everything in Dokuei that knows DICOM.
