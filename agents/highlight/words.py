"""What the page calls things, in Arabic: the values of the records on the left, their names on the right."""

STANCES = {
    "said": "قال",
    "affirmed": "أكد",
    "denied": "نفى",
    "announced": "أعلن",
    "opined": "رأى",
    "demanded": "طالب",
    "warned": "حذر",
    "accused": "اتهم",
    "condemned": "أدان",
    "promised": "وعد",
    "rejected": "رفض",
    "expected": "توقع",
    "other": "آخر",
}
FORMS = {
    "direct": "مباشر",
    "mixed": "مختلط",
    "reported": "مصدري",
    "indirect": "غير مباشر",
}
RESOLUTIONS = {
    "explicit": "مذكور عند الفعل",
    "dropped_subject": "فاعل مستتر",
    "pronoun": "ضمير",
    "definite_title": "لقب معرف",
    "relative": "اسم موصول",
    "participle": "حال",
    "headline": "من العنوان",
    "unknown": "غير معروف",
}
RELATIONS = {
    "relayed": "نقلا عن",
    "received": "تلقى التصريح",
}
STATUSES = {
    "canceled": "ألغي هذا الخبر: لا يجوز استعماله.",
    "withheld": "حجب هذا الخبر إلى إشعار آخر.",
}
SIGNALS = {
    "new": "جديد",
    "update": "تحديث",
    "correction": "تصحيح",
    "repeat": "إعادة",
    "add": "إضافة",
    "advisory": "تنويه للمحررين",
    "snap": "عاجل",
    "kill": "إلغاء",
    "hold": "حجب",
    "release": "إفراج",
}
FIELDS = {
    "source": "المصدر",
    "role": "الصفة",
    "affiliation": "الجهة",
    "spokesperson_for": "متحدث باسم",
    "resolution": "تحديد المصدر",
    "antecedent": "يعود إلى",
    "continues": "يتابع",
    "parent": "داخل",
    "cue": "لفظ الإسناد",
    "content": "المضمون",
    "stance": "الموقف",
    "form": "الصيغة",
    "via": "عبر",
    "addressee": "المخاطب",
    "occasion": "المناسبة",
    "said_at": "الوقت",
    "rule": "القاعدة",
    "confidence": "الثقة",
}
DENIES = "ينفي المضمون"
NO_NAME = "مصدر غير مسمى"
STATEMENTS = "التصريحات"
NO_STATEMENTS = "لا تصريحات في هذا الخبر."
LEGEND = "دليل الألوان"
STATEMENT = "تصريح"
TITLE = "تصريح: من قال ماذا"
REFUSED = "امتنع عن التعليق أو تعذر الوصول إليه"
