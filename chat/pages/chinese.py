"""The strings of the pages in Simplified Chinese."""

from chat.pages.words import LookWords, Words

LOOK = LookWords(
    show="查看数据表与图",
    show_table="查看数据表",
    table="数据表",
    source="出处",
    copy_csv="复制为 CSV",
    part="原表较长，这里只列出所引行附近的行。",
    cited="回答所引",
    others="同表其他",
    told="{name}，共 {count} 项：{points}。",
    forecast="虚线：预测值",
    hedged="虚框：约数或上下限",
    left_out="未绘出：{labels}（空缺或区间）",
)
CHINESE = Words(language="zh-CN", product="reportqa 研报问答", look=LOOK)
