"""Ask Keras 3 for models that everybody knows, as it saves them: `python make_known_models.py`, with keras installed.

Writes known_models_keras3.json.gz: name -> what `keras.applications.NAME(weights=None).to_json()` gives.
"""

import gzip
import json
import pathlib

NAMES = (
    "ResNet50", "ResNet50V2", "VGG16", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0",
    "DenseNet121", "InceptionV3", "Xception", "NASNetMobile", "ConvNeXtTiny",
)  # fmt: skip


def main():
    import keras

    models = {name: json.loads(getattr(keras.applications, name)(weights=None).to_json()) for name in NAMES}
    text = json.dumps({"keras": keras.__version__, "models": models}, separators=(",", ":"))
    path = pathlib.Path(__file__).parent / "known_models_keras3.json.gz"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
