"""What stands on the loopback server, and how it is written in OpenML's XML."""

import hashlib
import itertools
import json
from xml.sax.saxutils import escape

import numpy as np
import xmltodict

from tests.openml.tables import cross_validation, holdout, make_tables, splits_arff

NAMESPACE = 'xmlns:oml="http://openml.org/openml"'
CLASSIFICATION, REGRESSION = 1, 2
TYPE_NAMES = {CLASSIFICATION: "Supervised Classification", REGRESSION: "Supervised Regression"}

FOREST = "sklearn.ensemble._forest.RandomForestClassifier"
FLOWS = {
    1: (FOREST, {"n_estimators": "100", "max_features": '"sqrt"', "random_state": "null"}),
    2: (
        "sklearn.pipeline.Pipeline(imputer=sklearn.impute._base.SimpleImputer,"
        "classifier=sklearn.neighbors._classification.KNeighborsClassifier)",
        {"steps": "[]", "memory": "null"},
    ),
    3: ("weka.J48", {"C": "0.25"}),
}


def element(name, value, /, **attributes):
    """One element of OpenML's XML; None leaves it out."""
    if value is None:
        return ""
    extra = "".join(f' {key}="{escape(str(text))}"' for key, text in attributes.items())
    return f"<oml:{name}{extra}>{escape(str(value))}</oml:{name}>"


def document(root, *parts):
    body = "\n  ".join(part for part in parts if part)
    return f"<oml:{root} {NAMESPACE}>\n  {body}\n</oml:{root}>".encode()


class World:
    """Data sets, tasks, suites, flows, setups, runs and evaluations."""

    def __init__(self, tables=None):
        self.tables = {table.id: table for table in tables or make_tables()}
        self.tasks = {}
        self.suites = {}
        self.flows = {}  # id -> nested dict of the uploaded XML
        self.runs = {}
        self.setups = {}
        self.evaluations = []
        self._ids = itertools.count(1000)
        if tables is None:
            self._furnish()

    def _furnish(self):
        t = self.tables
        self.add_task(59, t[61], cross_validation(t[61], 10))
        self.add_task(9946, t[1510], cross_validation(t[1510], 3))
        self.add_task(201, t[101], cross_validation(t[101], 3, n_repeats=2))
        self.add_task(202, t[102], cross_validation(t[102], 3))
        self.add_task(203, t[103], cross_validation(t[103], 3))
        self.add_task(204, t[104], holdout(t[104]))
        self.suites = {
            99: ("OpenML-CC18", [59, 9946, 201]),
            353: ("OpenML-CTR23", [202]),
            271: ("AMLB-Classification", [59, 201]),
            269: ("AMLB-Regression", [202]),
            900: ("broken", [59, 999, 202]),
        }
        for flow, (name, parameters) in FLOWS.items():
            self.flows[flow] = {
                "oml:id": flow,
                "oml:name": name,
                "oml:external_version": "sklearn==1.3.0",
                "oml:parameter": [
                    {"oml:name": key, "oml:default_value": value}
                    for key, value in parameters.items()
                ],
            }

    def add_task(self, id, table, folds, target=None):
        nominal = table.frame[target or table.target].dtype == "category"
        self.tasks[id] = {
            "table": table,
            "type": CLASSIFICATION if nominal else REGRESSION,
            "target": target or table.target,
            "folds": folds,
        }

    def add_evaluations(self, n, tasks=(59, 9946), seed=0):
        """Publish n runs of random forests, one setup each ten, with three measures each."""
        rng = np.random.default_rng(seed)
        for number in range(n):
            setup = 5000 + number // 10
            values = {
                "n_estimators": int(rng.choice([100, 200, 500])),
                "max_features": round(rng.uniform(0.1, 1), 3),
                "min_samples_leaf": int(rng.integers(1, 9)),
                "bootstrap": bool(rng.random() < 0.5),
                "random_state": number,
            }
            settings = [(1, name, json.dumps(value)) for name, value in values.items()]
            self.setups.setdefault(setup, (1, settings))
            task = tasks[number % len(tasks)]
            run = {"run": 10_000 + number, "task": task, "setup": setup, "flow": 1}
            for measure, value in [
                ("area_under_roc_curve", rng.uniform(0.5, 1)),
                ("predictive_accuracy", rng.uniform(0.4, 1)),
                ("usercpu_time_millis", rng.uniform(10, 5000)),
            ]:
                self.evaluations.append({**run, "function": measure, "value": float(value)})

    # -- what is asked for ---------------------------------------------------------------------

    def description(self, id, base):
        table = self.tables[id]
        parquet = f"{base}/datasets/0000/{id:04d}/dataset_{id}.pq" if table.parquet else None
        return document(
            "data_set_description",
            element("id", id),
            element("name", table.name),
            element("version", table.version),
            element("description", "A table made for tests."),
            element("format", "Sparse_ARFF" if table.sparse else "ARFF"),
            element("licence", table.licence),
            element("url", f"{base}/data/v1/download/{id}/{table.name}.arff"),
            element("parquet_url", parquet),
            element("file_id", id),
            element("default_target_attribute", table.target),
            element("row_id_attribute", table.row_id),
            *[element("ignore_attribute", name) for name in table.ignore],
            element("visibility", "public"),
            element("status", "active"),
            element("md5_checksum", table.md5),
        )

    def features(self, id):
        table = self.tables[id]
        kinds = {"INTEGER": "numeric", "REAL": "numeric", "STRING": "string"}
        parts = []
        for index, column in enumerate(table.frame):
            values = table.nominal_values(column) or []
            fields = [
                element("index", index),
                element("name", column),
                element("data_type", kinds.get(table.attribute_type(column), "nominal")),
                *[element("nominal_value", value) for value in values],
                element("is_target", str(column == table.target).lower()),
                element("is_ignore", str(column in table.ignore).lower()),
                element("is_row_identifier", str(column == table.row_id).lower()),
                element("number_of_missing_values", int(table.frame[column].isna().sum())),
            ]
            parts.append("<oml:feature>" + "".join(fields) + "</oml:feature>")
        return document("data_features", *parts)

    def qualities(self, id):
        parts = []
        for name, value in self.tables[id].served_qualities().items():
            text = "" if value is None else value
            parts.append(
                f"<oml:quality>{element('name', name)}{element('value', text)}</oml:quality>"
            )
        return document("data_qualities", *parts)

    def task(self, id, base):
        task = self.tasks[id]
        repeats = len({repeat for repeat, *_ in task["folds"]})
        folds = len({fold for _, fold, *_ in task["folds"]})
        source = element("data_set_id", task["table"].id) + element(
            "target_feature", task["target"]
        )
        procedure = (
            element("id", 1)
            + element("type", "crossvalidation" if folds > 1 else "holdout")
            + element("data_splits_url", f"{base}/api_splits/get/{id}/Task_{id}_splits.arff")
            + element("parameter", repeats, name="number_repeats")
            + element("parameter", folds, name="number_folds")
            + element("parameter", "" if folds > 1 else 33, name="percentage")
        )
        measure = element("evaluation_measure", "predictive_accuracy")
        inputs = {
            "source_data": f"<oml:data_set>{source}</oml:data_set>",
            "estimation_procedure": f"<oml:estimation_procedure>{procedure}"
            "</oml:estimation_procedure>",
            "evaluation_measures": f"<oml:evaluation_measures>{measure}</oml:evaluation_measures>",
        }
        return document(
            "task",
            element("task_id", id),
            element("task_type_id", task["type"]),
            element("task_type", TYPE_NAMES[task["type"]]),
            *[f'<oml:input name="{name}">{text}</oml:input>' for name, text in inputs.items()],
        )

    def splits(self, id):
        task = self.tasks[id]
        return splits_arff(len(task["table"].frame), task["folds"])

    def suite(self, key):
        """The XML of a suite by id or alias, or None."""
        for id, (alias, tasks) in self.suites.items():
            if str(key).casefold() in (str(id), alias.casefold()):
                ids = "".join(element("task_id", task) for task in tasks)
                tables = {self.tasks[t]["table"].id for t in tasks if t in self.tasks}
                data = "".join(element("data_id", table) for table in sorted(tables))
                return document(
                    "study",
                    element("id", id),
                    element("alias", alias),
                    element("main_entity_type", "task"),
                    element("name", alias),
                    element("description", "A suite made for tests."),
                    element("status", "active"),
                    element("creation_date", "2026-01-01 00:00:00"),
                    element("creator", 1),
                    f"<oml:data>{data}</oml:data>",
                    f"<oml:tasks>{ids}</oml:tasks>",
                )
        return None

    def evaluation_list(self, wanted, limit, offset):
        """A page of evaluations, or None where there is no row left."""
        keys = ("task", "setup", "flow", "run")
        filters = {key: {int(v) for v in wanted[key].split(",")} for key in keys if key in wanted}
        rows = [
            row
            for row in self.evaluations
            if row["function"] == wanted["function"]
            and all(row[key] in values for key, values in filters.items())
        ][offset : offset + limit]
        return document("evaluations", *map(self._evaluation, rows)) if rows else None

    def _evaluation(self, row):
        table = self.tasks[row["task"]]["table"]
        flow = self.flows[row["flow"]]
        fields = {
            "run_id": row["run"],
            "task_id": row["task"],
            "setup_id": row["setup"],
            "flow_id": row["flow"],
            "flow_name": f"{flow['oml:name']}(1)",
            "data_id": table.id,
            "data_name": table.name,
            "function": row["function"],
            "upload_time": "2026-01-01 00:00:00",
            "uploader": 1,
            "value": row["value"],
        }
        inner = "".join(element(name, value) for name, value in fields.items())
        return f"<oml:evaluation>{inner}</oml:evaluation>"

    def setup_list(self, ids):
        found = [id for id in ids if id in self.setups]
        return document("setups", *map(self._setup, found)) if found else None

    def setup(self, id):
        return document("setup_parameters", *self._setup_parts(id))

    def _setup(self, id):
        return "<oml:setup>" + "".join(self._setup_parts(id)) + "</oml:setup>"

    def _setup_parts(self, id):
        flow, settings = self.setups[id]
        parts = [element("setup_id", id), element("flow_id", flow)]
        for number, (component, key, value) in enumerate(settings):
            name = self.flows[component]["oml:name"]
            fields = {
                "id": 1000 * flow + number,
                "flow_id": component,
                "flow_name": name,
                "full_name": f"{name}(1)_{key}",
                "parameter_name": key,
                "data_type": "",
                "default_value": "",
                "value": value,
            }
            inner = "".join(element(field, text) for field, text in fields.items())
            parts.append(f"<oml:parameter>{inner}</oml:parameter>")
        return parts

    # -- what is uploaded ----------------------------------------------------------------------

    def flow_id(self, name, version):
        for id, flow in self.flows.items():
            if (flow["oml:name"], flow["oml:external_version"]) == (name, version):
                return id
        return -1

    def add_flow(self, text):
        """Take an uploaded flow with its components; give each an id, return the outermost's."""
        flow = xmltodict.parse(text, force_list=("oml:component", "oml:parameter", "oml:tag"))
        return self._number(flow["oml:flow"])

    def _number(self, flow):
        for component in flow.get("oml:component", ()):
            self._number(component["oml:flow"])
        known = self.flow_id(flow["oml:name"], flow["oml:external_version"])
        id = known if known > 0 else next(self._ids)
        flow.update({"oml:id": str(id), "oml:uploader": "1", "oml:version": "1"})
        flow["oml:upload_date"] = "2026-01-01T00:00:00"
        self.flows[id] = flow
        return id

    def flow(self, id):
        body = {"@xmlns:oml": "http://openml.org/openml", **self.flows[id]}
        return xmltodict.unparse({"oml:flow": body}).encode()

    def add_run(self, files):
        """Take the uploaded parts of a run; return its id."""
        run = xmltodict.parse(files["description"], force_list=("oml:parameter_setting",))[
            "oml:run"
        ]
        id = next(self._ids)
        setup = self._setup_of(run)
        self.runs[id] = {"xml": run, "setup": setup, "files": files}
        return id

    def _setup_of(self, run):
        entry = _setup_entry(run)
        known = next((id for id, other in self.setups.items() if other == entry), None)
        if known is None:
            known = next(self._ids)
            self.setups[known] = entry
        return known

    def setup_id(self, text):
        run = xmltodict.parse(text, force_list=("oml:parameter_setting",))["oml:run"]
        entry = _setup_entry(run)
        return next((id for id, known in self.setups.items() if known == entry), -1)

    def run_list(self, wanted):
        rows = []
        for id, run in self.runs.items():
            task, flow = run["xml"]["oml:task_id"], run["xml"]["oml:flow_id"]
            if wanted.get("task", task) == task and wanted.get("setup", str(run["setup"])) == str(
                run["setup"]
            ):
                fields = {
                    "run_id": id, "task_id": task, "setup_id": run["setup"], "flow_id": flow,
                    "uploader": 1, "task_type_id": self.tasks[int(task)]["type"],
                    "upload_time": "2026-01-01 00:00:00", "error_message": "",
                }  # fmt: skip
                inner = "".join(element(name, value) for name, value in fields.items())
                rows.append(f"<oml:run>{inner}</oml:run>")
        return document("runs", *rows) if rows else None

    def run(self, id, base):
        """A published run, as the server describes it."""
        stored = self.runs[id]
        run = stored["xml"]
        task = self.tasks[int(run["oml:task_id"])]
        files = "".join(
            "<oml:file>"
            + element("did", -1)
            + element("file_id", id * 10 + number)
            + element("name", name)
            + element("url", f"{base}/data/download/{id * 10 + number}/{name}")
            + "</oml:file>"
            for number, name in enumerate(stored["files"])
        )
        dataset = element("did", task["table"].id) + element("name", task["table"].name)
        settings = "".join(
            "<oml:parameter_setting>"
            + "".join(element(key[4:], p[key]) for key in p)
            + "</oml:parameter_setting>"
            for p in run.get("oml:parameter_setting") or ()
        )
        return document(
            "run",
            element("run_id", id),
            element("uploader", 1),
            element("uploader_name", "tester"),
            element("task_id", run["oml:task_id"]),
            element("task_type", TYPE_NAMES[task["type"]]),
            element("flow_id", run["oml:flow_id"]),
            element("flow_name", self.flows[int(run["oml:flow_id"])]["oml:name"]),
            element("setup_id", stored["setup"]),
            element("setup_string", run.get("oml:setup_string")),
            settings,
            f"<oml:input_data><oml:dataset>{dataset}</oml:dataset></oml:input_data>",
            f"<oml:output_data>{files}</oml:output_data>",
        )

    def trace(self, id):
        """The trace of a run, read from the ARFF that was uploaded; None where there was none."""
        import arff

        if "trace" not in self.runs[id]["files"]:
            return None
        content = arff.loads(self.runs[id]["files"]["trace"].decode())
        names = [name for name, _ in content["attributes"]]
        parts = [element("run_id", id)]
        for row in content["data"]:
            values = dict(zip(names, row, strict=True))
            setup = {k: v for k, v in values.items() if k.startswith("parameter_")}
            fields = [element(k, int(values[k])) for k in ("repeat", "fold", "iteration")]
            fields += [element("setup_string", json.dumps(setup))]
            fields += [element(k, values[k]) for k in ("evaluation", "selected")]
            parts.append("<oml:trace_iteration>" + "".join(fields) + "</oml:trace_iteration>")
        return document("trace", *parts)


def _setup_entry(run):
    """What makes a setup: the flow, and the values of its parameters and its components'."""
    flow = int(run["oml:flow_id"])
    settings = [
        (int(p.get("oml:component", flow)), p["oml:name"], p["oml:value"])
        for p in run.get("oml:parameter_setting") or ()
    ]
    return flow, settings


def etag(content):
    return hashlib.md5(content).hexdigest()
