"""Characters that a scanner takes for one another, and the common characters of trade names.

The groups were put together by eye from shared strokes and parts; they claim no measured rates.
"""

from __future__ import annotations

_GROUPS = (
    "己已巳 末未 土士 日曰目 大太犬 天夭无 人入八 方万 金全佥 中申 百白 永水氷 力刀 广厂 立产 "
    "华毕 博搏 恒桓 泰秦 瑞端 宏宠 达迏 智暂 诚城 盛盈 嘉喜 和知 宇字 科料 锐悦 新斯 联职 信佶 "
    "安妥 康唐 德徳 润闰 丰手 源原 明朋 辉挥 龙尤 云会 海悔 星昱 光先 正止 圆园圈 凯剀 铭铬 "
    "佳住隹 美姜 川州 启后 航杭 卓桌 越超 兴共 旭昶 鼎晶 荣宋 昌冒 汇江 同向 鑫森 远运 创刨 "
    "祥样 福富 利刹 顺须 通通 吉古 庆床 平乎 成戌 民氏 东车 南两 西酉 北比 山出 林材 木本 "
    "石右 油抽 田由 王玉主 宝宾 玉王 银很 铁轶 钢纲 建健 设没 家冢 居屋 乐东 欣欧 腾滕 飞气 "
    "翔翊 鹏鹂 凤风 凰皇 长张 江汇 湖潮 河何 洋详 波泼 涛祷 清请情 洁结 净争 绿绪 青青责 春舂 "
    "夏复 秋愁 冬各 阳阴 月用 红江 黄寅 蓝篮 紫紧 橙澄 华桦 强弛 伟纬 杰杰 俊浚 志忘 高亭 "
    "峰蜂 岭岑 岳兵 坤坪 乾乹 隆降 升开 起赴 跃妖 腾誊 友反 发友 财材 贸贤 易昜 商啇 业亚 "
    "工土 农衣 牧枚 渔鱼 果呆 茶荼 米朱 粮娘 食良 品晶 味昧 香杳 园圆 苑宛 村材 乡多 镇慎 "
    "湘相 潭谭 株珠 洲州 衡衔 邵绍 常堂 益盖 郴彬 娄姿 怀坏 沅沆 澧礼 浏刘 宁宇 桃挑 资贷 "
    "亿忆 万方 千干 九丸 三王 五丑 七匕 一二 二三 双仅 鸿鸣 雁难 鹤鹊 马鸟 牛午 羊丰 虎虏 "
    "优忧 良艮 善喜 诺若 信倍 义叉 仁仃 孝考 忠患 爱受 心必 思恩 惠患 益盒 达送 润涧 泽择 "
    "浩洁 瀚翰 深探 淼森 冰水 雪雷 雨两 雷雪 电申 力九 动劫 机杌 械戒 车东 轮抡 船般 航舫 "
    "数教 码妈 网冈 络洛 讯汛 软轮 件仵 智晢 能熊 源愿 电甲 光充 伏仗 热执 医匡 药约 健建 "
    "康庚 寿涛 养羞 老考 童章 教救 育肓 文又 艺亿 美羹 术木 书节 画画画 乐示 影彭 视祝 传传转 "
    "媒煤 广户 告吉 策荣 划刘 众从 合台 群郡 聚骤 共兴 享亨 融触 投没 资咨 贷货 担但 保堡 "
    "险检 基墓 金釜 银根 行衍 邦那 国囯 际标 世卋 界畀 环坏 球琼 宇芋 宙宇 星晕 辰晨 晨辰 "
    "曙署 旺胜 盈盛 余佘 丽雨 雅稚 兰三 梅悔 竹什 菊掬 荷何 莲连 桂佳 枫飒 松松公 柏伯 楠桶 "
    "梓样 森淼 鼎鼏 尊樽 贵责 皇皂 帝常 冠寇 杰木 英莫 豪毫 雄推 威咸 武式 胜性 捷婕 迅讯 "
    "速逑 快块 锦绵 绣诱 纺妨 织识 布市 衣农 服报 饰饬 鞋鞍 帽冒 皮支 革草 塑朔 胶股 橡像 "
    "料科 化仕 纤歼 维唯 瓷资 陶淘 玻坡 璃离 泥尼 砂沙 砖转 瓦互 混棍 凝疑 筑巩 装袋 修俢 "
    "饰蚀 潢横 房户 地他 产严 置罝 物勿 管菅 理埋 服股 务夯 劳芳 派脉 遣遗 才寸 智知 慧彗 "
    "远迅 威成 尚向 品吕 悦说 怡治 欢坎 喜嘉 缘绿 聚娶 缔谛 锋蜂 剑创 盾后 钧钩 铜桐 铝侣 "
    "锌辛 钛软 钨坞 稀希 土工 矿旷 冶治 炼练 轧扎 铸涛 锻段 模摸 具县 刃刀 磨魔 精清 密蜜 "
    "仪议 器嚣 表衷 阀伐 泵泉 管官 缆览 线钱 灯灶 照煦 明眀 控挖 自白 固因 特持 种钟 标际"
)


def _alike() -> dict[str, str]:
    """Map a character to those of its groups, in the order of the groups."""
    found: dict[str, str] = {}
    for group in _GROUPS.split():
        for character in group:
            others = "".join(c for c in group if c != character)
            seen = found.get(character, "")
            found[character] = seen + "".join(c for c in dict.fromkeys(others) if c not in seen)
    return {character: others for character, others in found.items() if others}


LOOKALIKES: dict[str, str] = _alike()
"""What a character may be read as."""

TRADE_CHARACTERS = (
    "华博恒泰瑞远宏达智诚鑫盛嘉和天宇科创锐新联信安康德润丰源明辉金龙云海星光中正方圆"
    "凯铭佳美百川启航卓越永兴旭日鼎立荣昌广汇力同祥福利顺通吉庆平成民东南西北山林石田"
    "宝玉银铁建家居乐欣腾飞翔鹏凤长江湖洋波涛清洁绿青春夏秋阳红黄蓝紫强伟杰俊志高峰岭"
    "岳坤乾隆升起跃友财商业农渔茶米粮品味香园苑湘益宁桃亿万千双鸿鹤马优良善诺义仁忠爱"
    "心思惠泽浩瀚深雪雨雷数网讯能伏健寿养文艺书影传众合群聚共享融邦国际世界环球宙辰晨"
    "曙旺盈余丽雅兰梅竹荷莲桂枫松柏楠梓森尊贵冠英豪雄威武胜捷迅速快锦绣彩尚悦怡欢喜缘"
)
"""Characters that trade names are drawn from."""
