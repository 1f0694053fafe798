"""The trades of the fictional region: industry codes of GB/T 4754-2017 and how firms in them live.

Each trade says the word it leaves in a firm's name, its share of firms, and what its firms tend
to have; all numbers are invented so that the region looks plausible, none is a statistic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trade:
    """An industry: its class, its word in names, and the habits of its firms."""

    code: str
    word: str
    weight: float
    innovative: float  # chance that a firm lives from innovation
    revenue_wan: int  # yearly revenue per worker, ten thousand yuan
    margin: float  # usual net margin
    vat_bp: int  # the rate a general taxpayer charges
    power: float  # kWh per worker and month, hundreds
    exports: float = 0.0  # chance that a firm exports
    medical: bool = False  # may settle with the medical insurance
    emits: float = 0.0  # chance of holding emission rights


_SECTIONS = (
    # last division of each section of GB/T 4754-2017
    *((5, "A"), (12, "B"), (43, "C"), (46, "D"), (50, "E"), (52, "F"), (60, "G"), (62, "H")),
    *((65, "I"), (69, "J"), (70, "K"), (72, "L"), (75, "M"), (79, "N"), (82, "O"), (83, "P")),
    *((85, "Q"), (90, "R"), (96, "S"), (97, "T")),
)


def with_section(codes: np.ndarray) -> np.ndarray:
    """Put the section's letter before each class, as registers write it: 3973 is C3973."""
    known = {code: _section(code) + code for code in set(codes.tolist())}
    return np.array([known[code] for code in codes.tolist()], dtype=object)


def _section(code: str) -> str:
    division = int(code[:2]) if code[:2].isdigit() else None
    if division is None:
        return ""
    return next(letter for last, letter in _SECTIONS if division <= last)


TRADES: tuple[Trade, ...] = (
    Trade("3973", "集成电路", 1.2, 0.75, 90, 0.09, 1300, 9, 0.25),
    Trade("3841", "锂电新能源", 1.0, 0.65, 110, 0.07, 1300, 14, 0.25, emits=0.5),
    Trade("3825", "光伏科技", 0.8, 0.60, 105, 0.06, 1300, 10, 0.25, emits=0.4),
    Trade("3491", "机器人", 1.2, 0.75, 80, 0.08, 1300, 6, 0.20),
    Trade("3421", "数控机床", 1.2, 0.50, 65, 0.06, 1300, 8, 0.20),
    Trade("3484", "精密机械", 3.6, 0.30, 55, 0.05, 1300, 8, 0.12, emits=0.1),
    Trade("3670", "汽车零部件", 2.6, 0.32, 75, 0.05, 1300, 9, 0.18, emits=0.2),
    Trade("3714", "轨道装备", 0.8, 0.50, 80, 0.07, 1300, 8, 0.10),
    Trade("3443", "阀门", 1.0, 0.30, 60, 0.05, 1300, 7, 0.10),
    Trade("2710", "原料药", 0.5, 0.55, 85, 0.09, 1300, 12, 0.20, emits=0.9),
    Trade("2720", "制药", 0.7, 0.60, 90, 0.10, 1300, 9, 0.10, medical=True, emits=0.6),
    Trade("2761", "生物技术", 1.1, 0.75, 75, 0.09, 1300, 8, 0.12, emits=0.3),
    Trade("3581", "医疗器械", 1.3, 0.60, 70, 0.10, 1300, 6, 0.15, medical=True),
    Trade("2661", "新材料", 2.0, 0.50, 95, 0.06, 1300, 15, 0.20, emits=0.7),
    Trade("2929", "塑业", 2.4, 0.12, 60, 0.04, 1300, 10, 0.10, emits=0.4),
    Trade("3021", "建材", 2.0, 0.06, 70, 0.04, 1300, 12, 0.02, emits=0.6),
    Trade("3130", "金属材料", 1.1, 0.15, 140, 0.03, 1300, 18, 0.08, emits=0.7),
    Trade("3311", "钢结构", 1.8, 0.10, 65, 0.04, 1300, 8, 0.04, emits=0.2),
    Trade("1819", "服饰", 1.6, 0.04, 30, 0.04, 1300, 3, 0.25),
    Trade("1311", "米业", 1.0, 0.06, 110, 0.03, 900, 8, 0.02),
    Trade("1530", "茶业", 1.1, 0.06, 35, 0.07, 1300, 4, 0.10),
    Trade("4620", "水务环保", 0.8, 0.35, 60, 0.07, 600, 12),
    Trade("7722", "环境科技", 1.2, 0.45, 55, 0.06, 600, 4),
    Trade("6513", "软件", 5.0, 0.50, 45, 0.10, 1300, 1),
    Trade("6531", "信息技术", 4.4, 0.40, 50, 0.07, 600, 1),
    Trade("6550", "数据服务", 1.6, 0.50, 48, 0.08, 600, 5),
    Trade("7320", "研究院", 1.2, 0.60, 40, 0.07, 600, 2),
    Trade("7340", "医学科技", 0.8, 0.60, 45, 0.08, 600, 2, medical=True),
    Trade("7452", "检测", 1.2, 0.35, 38, 0.09, 600, 3),
    Trade("7519", "科技服务", 4.0, 0.25, 32, 0.06, 600, 1),
    Trade("7484", "工程设计", 2.4, 0.15, 42, 0.06, 600, 1),
    Trade("5176", "电脑商贸", 4.4, 0.03, 120, 0.02, 1300, 1, 0.05),
    Trade("5179", "机电贸易", 6.0, 0.03, 130, 0.02, 1300, 1, 0.10),
    Trade("5172", "汽车贸易", 2.0, 0.01, 150, 0.02, 1300, 1),
    Trade("5127", "酒水商贸", 2.6, 0.00, 100, 0.03, 1300, 1, 0.03),
    Trade("5251", "大药房", 2.4, 0.00, 60, 0.05, 1300, 1, medical=True),
    Trade("5212", "超市", 2.2, 0.00, 55, 0.02, 1300, 4),
    Trade("6210", "餐饮管理", 3.4, 0.00, 20, 0.04, 600, 3),
    Trade("4710", "建筑工程", 5.2, 0.02, 80, 0.03, 900, 2),
    Trade("4813", "市政工程", 2.8, 0.03, 78, 0.03, 900, 2),
    Trade("5431", "物流", 3.8, 0.02, 60, 0.03, 900, 1, 0.02),
    Trade("8425", "门诊部", 1.0, 0.02, 25, 0.07, 600, 2, medical=True),
    Trade("8415", "专科医院", 0.5, 0.05, 30, 0.06, 600, 5, medical=True),
    Trade("0141", "蔬菜种植", 1.2, 0.04, 22, 0.04, 900, 3),
    Trade("0313", "生态养殖", 1.2, 0.03, 40, 0.05, 900, 4, emits=0.2),
)

SHOP_TRADES: tuple[tuple[str, str, float], ...] = (
    # code, word, share of individual businesses
    ("5227", "烟酒店", 0.46),
    ("6210", "餐馆", 0.20),
    ("5212", "便利店", 0.14),
    ("8040", "理发店", 0.08),
    ("5211", "百货店", 0.12),
)

CITY_SHOP_TRADES: tuple[tuple[str, str, float], ...] = (
    # the same for a whole city: more trades, and few shops that sell tobacco
    ("5227", "烟酒店", 0.05),
    ("6210", "餐馆", 0.15),
    ("6291", "小吃店", 0.08),
    ("5212", "便利店", 0.12),
    ("5211", "百货店", 0.06),
    ("5232", "服装店", 0.11),
    ("5238", "鞋帽店", 0.03),
    ("5283", "家具店", 0.03),
    ("5271", "家电维修部", 0.03),
    ("5281", "五金店", 0.06),
    ("5223", "水果店", 0.05),
    ("5251", "药店", 0.02),
    ("8040", "理发店", 0.07),
    ("8111", "汽车修理厂", 0.04),
    ("6119", "旅馆", 0.02),
    ("5435", "货运部", 0.05),
    ("5292", "网店", 0.03),
)

FARM_TRADES: tuple[tuple[str, str], ...] = (
    ("0111", "水稻种植"),
    ("0141", "蔬菜种植"),
    ("0412", "水产养殖"),
    ("0313", "生猪养殖"),
)

TRADE_CHARACTERS = (
    "华博恒泰瑞远宏达智诚鑫盛嘉和天宇科创锐新联信安康德润丰源明辉金龙云海星光中正方圆"
    "凯铭佳美百川启航卓越永兴旭日鼎立荣昌广汇力同"
)

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹"
    "曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鹏浩宇"
    "欣怡梓涵子轩雨晨思源文博佳慧俊辉志远建国海燕晓东"
)
