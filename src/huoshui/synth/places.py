"""The fictional city: its districts, parks, banks and courts.

活水市 does not exist.  Its codes begin with 4399, which GB/T 2260 has never given out, so that no
record of the demo can be taken for one of a real place.
"""

from __future__ import annotations

PROVINCE = "示例省"
CITY = "活水市"
CITY_CODE = "439900"

DISTRICTS: tuple[tuple[str, str, float], ...] = (
    # code, name, share of the city's firms
    ("439902", "清源区", 0.26),
    ("439903", "望江区", 0.20),
    ("439904", "云岭高新区", 0.24),
    ("439921", "泉山县", 0.11),
    ("439922", "溪口县", 0.09),
    ("439981", "石桥市", 0.10),
)

OLD_DISTRICT_CODES: dict[str, str] = {"439903": "439901"}
"""望江区 was set up later; records from before carry the code of the old 市辖区."""

STREETS = ("泉水路", "活水大道", "学府路", "创业街", "长堤路", "青石路", "科苑路", "望江东路")

PARKS: tuple[tuple[str, str, str], ...] = (
    # code, name, kind as the park office writes it
    ("HSY001", "活水高新技术产业园", "高新区"),
    ("HSY002", "云岭大学科技园", "大学科技园"),
    ("HSY003", "清源科技企业孵化器", "孵化器"),
    ("HSY004", "望江创业孵化中心", "孵化器"),
)

BANKS = (
    "活水农商银行",
    "活水城市银行",
    "云岭村镇银行",
    "示例国有银行活水分行",
    "示例股份银行活水支行",
)

COURTS = ("活水市中级人民法院", "清源区人民法院", "望江区人民法院", "石桥市人民法院")

VILLAGES = tuple(
    (f"439921{n:06d}", f"泉山县{name}村")
    for n, name in enumerate(
        ("柳塘", "白果", "井湾", "枫树", "栗山", "荷叶", "石板", "龙潭"), start=201001
    )
)

OUTSIDERS = (
    # parts of names of counterparties outside the city, and whether they are core companies
    ("示例汽车集团股份有限公司", True),
    ("远方轨道交通装备集团有限公司", True),
    ("外地电子信息产业集团有限公司", True),
    ("示例钢铁集团有限公司", True),
    ("示例省人民医院", True),
    ("江海工程机械股份有限公司", True),
    ("外省贸易有限公司", False),
    ("邻市五金批发有限公司", False),
    ("南方物资供应有限公司", False),
    ("北岸化工原料有限公司", False),
    ("东岭包装制品有限公司", False),
    ("西塘运输有限公司", False),
)
