"""The computation that bench_imagenet_x times, as the authors' package does it with pandas: one table of all
annotations and all models' predictions, group by model. Written from its description; for the clock beside ours.

    python3 imagenet_x_pandas.py ANNOTATIONS.jsonl PROTOTYPES.csv METACLASSES.csv PREDICTIONS_FOLDER
"""
import sys
import time

start = time.time()
import os

import pandas as pd

imported = time.time()
FACTORS = ["pose", "background", "pattern", "color", "smaller", "shape", "partial_view", "subcategory", "texture",
           "larger", "darker", "object_blocking", "person_blocking", "style", "brighter", "multiple_objects"]
annotations_path, prototypes_path, metaclasses_path, folder = sys.argv[1:]

annotations = pd.read_json(annotations_path, lines=True)
prototypes = pd.read_csv(prototypes_path)
annotations = annotations[~annotations["file_name"].isin(prototypes["file_name"])]
meta = pd.read_csv(metaclasses_path)
main = {"device", "dog", "commodity", "bird", "structure", "covering", "wheeled_vehicle", "food", "equipment",
        "insect", "vehicle", "furniture", "primate", "vessel", "snake", "natural_object"}
annotations["metaclass"] = annotations["class"].map(meta["name"].where(meta["name"].isin(main), "other"))
models = []
for name in sorted(os.listdir(folder)):
    p = pd.read_csv(os.path.join(folder, name))
    p["model"] = name.removesuffix(".csv")
    models.append(p)
joined = pd.concat(models).merge(annotations, on="file_name")
joined["correct"] = joined["predicted_class"] == joined["class"]


def accuracies(keys):
    by = joined.groupby(keys)
    with_factor = by[FACTORS].sum()
    right = joined[joined["correct"]].groupby(keys)[FACTORS].sum()
    out = right / with_factor
    out["worst_factor"] = out.min(axis=1)
    out["average"] = by["correct"].mean()
    return out


table = accuracies(["model"])
per_metaclass = accuracies(["model", "metaclass"])
classes = joined.groupby(["model", "class"])["correct"].mean().reset_index().sort_values("correct", kind="stable")
worst = classes.groupby("model").head(100)[["model", "class"]]
table["worst_100_classes"] = joined.merge(worst, on=["model", "class"]).groupby("model")["correct"].mean()
ratios = table[FACTORS].rsub(1).div(1 - table["average"], axis=0)
end = time.time()
print("seconds %.3f imports %.3f" % (end - imported, imported - start))
print(ratios["texture"].to_string())
