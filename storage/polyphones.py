"""Characters of names that people read in more than one way, surnames among them."""

_TABLE = """
阿a,e 艾ai,yi 扒ba,pa 柏bai,bo 蚌bang,beng 堡bao,bu,pu 暴bao,pu 贲ben,bi 扁bian,pian 便bian,pian
薄bo,bao 泊bo,po 卜bu,bo 参can,shen 藏cang,zang 差cha,chai 禅chan,shan 厂chang,an 长chang,zhang
朝chao,zhao 车che,ju 谌chen,shen 称cheng,chen 澄cheng,deng 乘cheng,sheng 郗chi,xi 重chong,zhong
臭chou,xiu 畜chu,xu 传chuan,zhuan 大da,dai 弹dan,tan 得de,dei 的de,di 地di,de 调diao,tiao
洞dong,tong 都du,dou 度du,duo 敦dun,dui 恶e,wu 番fan,pan 冯feng,ping 佛fo,fu 否fou,pi 盖gai,ge
镐gao,hao 给gei,ji 枸gou,ju 呱gua,gu 莞guan,wan 还hai,huan 行hang,xing 和he,huo 黑hei,he
坏huai,pi 会hui,kuai 珲hun,hui 祭ji,zhai 伽jia,ga,qie 贾jia,gu 降jiang,xiang 角jiao,jue
嚼jiao,jue 解jie,xie 劲jin,jing 颈jing,geng 句ju,gou 觉jue,jiao 浚jun,xun 卡ka,qia 壳ke,qiao
勒le,lei 了le,liao 乐le,yue 俩lia,liang 靓liang,jing 六liu,lu 陆lu,liu 露lu,lou 率lu,shuai
纶lun,guan 埋mai,man 脉mai,mo 蔓man,wan 氓mang,meng 没mei,mo 秘mi,bi 泌mi,bi 宓mi,fu 渑mian,sheng
缪miao,miu,mou 抹mo,ma 模mo,mu 牟mu,mou 能neng,nai 粘nian,zhan 乜nie,mie 胖pang,pan 屏ping,bing
埔pu,bu 朴pu,piao 奇qi,ji 栖qi,xi 犍qian,jian 茜qian,xi 铅qian,yan 强qiang,jiang 茄qie,jia
郄qie,xi 覃qin,tan 仇qiu,chou 区qu,ou 圈quan,juan 雀que,qiao 塞sai,se 色se,shai 刹sha,cha
单shan,dan,chan 裳shang,chang 歙she,xi 什shen,shi 莘shen,xin 盛sheng,cheng 晟sheng,cheng
省sheng,xing 石shi,dan 氏shi,zhi 属shu,zhu 谁shui,shei 似si,shi 宿su,xiu 汤tang,shang 拓tuo,ta
万wan,mo 隗wei,kui 蔚wei,yu 尉wei,yu 系xi,ji 洗xi,xian 厦xia,sha 纤xian,qian 巷xiang,hang
校xiao,jiao 血xue,xie 郇xun,huan 钥yao,yue 柚you,zhou 员yuan,yun 筠yun,jun 攒zan,cuan 择ze,zhai
曾zeng,ceng 查zha,cha 扎zha,za 翟zhai,di 召zhao,shao 折zhe,she 着zhe,zhuo,zhao 种zhong,chong
粥zhou,yu 著zhu,zhuo 爪zhua,zhao 仔zi,zai 枞zong,cong
"""


def _read_in_ways(entry: str) -> tuple[str, tuple[str, ...]]:
    return entry[0], tuple(entry[1:].split(","))


POLYPHONES = dict(map(_read_in_ways, _TABLE.split()))
