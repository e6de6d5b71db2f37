"""Generated from units.txt by `make units`; do not edit. Unit text → (factor to base, dimension)."""

# A line: the factor, the dimension, and every unit text that has them.
_LINES = """\
1.0 [time] s second seconds
60.0 [time] min minute minutes
3600.0 [time] h hour hours
86400.0 [time] d day days
604800.0 [time] week weeks
2629800.0 [time] month months
7889400.0 [time] quarter
31557600.0 [time] year years yr
1.0 [work] FLOP FLOPs FLOP/s*s FLOP/second*s FLOPs/s*s FLOPs/second*s
1000.0 [work] kFLOP kFLOPs kFLOP/s*s kFLOP/second*s kFLOPs/s*s kFLOPs/second*s
1000000.0 [work] MFLOP MFLOPs MFLOP/s*s MFLOP/second*s MFLOPs/s*s MFLOPs/second*s
1000000000.0 [work] GFLOP GFLOPs GFLOP/s*s GFLOP/second*s GFLOPs/s*s GFLOPs/second*s
1000000000000.0 [work] TFLOP TFLOPs teraFLOP TFLOP/s*s TFLOP/second*s TFLOPs/s*s TFLOPs/second*s teraFLOP/s*s teraFLOP/second*s
1000000000000000.0 [work] PFLOP PFLOPs petaFLOP PFLOP/s*s PFLOP/second*s PFLOPs/s*s PFLOPs/second*s petaFLOP/s*s petaFLOP/second*s
1e+18 [work] EFLOP EFLOPs exaFLOP EFLOP/s*s EFLOP/second*s EFLOPs/s*s EFLOPs/second*s exaFLOP/s*s exaFLOP/second*s
1e+21 [work] ZFLOP ZFLOPs ZFLOP/s*s ZFLOP/second*s ZFLOPs/s*s ZFLOPs/second*s
1.0 [work]/[time] FLOP/s FLOP/second FLOPs/s FLOPs/second
1000.0 [work]/[time] kFLOP/s kFLOP/second kFLOPs/s kFLOPs/second
1000000.0 [work]/[time] MFLOP/s MFLOP/second MFLOPs/s MFLOPs/second
1000000000.0 [work]/[time] GFLOP/s GFLOP/second GFLOPs/s GFLOPs/second
1000000000000.0 [work]/[time] TFLOP/s TFLOP/second TFLOPs/s TFLOPs/second teraFLOP/s teraFLOP/second
1000000000000000.0 [work]/[time] PFLOP/s PFLOP/second PFLOPs/s PFLOPs/second petaFLOP/s petaFLOP/second
1e+18 [work]/[time] EFLOP/s EFLOP/second EFLOPs/s EFLOPs/second exaFLOP/s exaFLOP/second
1e+21 [work]/[time] ZFLOP/s ZFLOP/second ZFLOPs/s ZFLOPs/second
1.0 [USD] USD dollar dollars
1.0 [EUR] EUR
1.0 [GBP] GBP
1.0 [JPY] JPY
1.0 [CNY] CNY
1.0 [CHF] CHF
1000.0 [USD] kUSD
1000.0 [EUR] kEUR
1000.0 [GBP] kGBP
1000.0 [JPY] kJPY
1000.0 [CNY] kCNY
1000.0 [CHF] kCHF
1000000.0 [USD] MUSD
1000000.0 [EUR] MEUR
1000000.0 [GBP] MGBP
1000000.0 [JPY] MJPY
1000000.0 [CNY] MCNY
1000000.0 [CHF] MCHF
1000000000.0 [USD] GUSD
1000000000.0 [EUR] GEUR
1000000000.0 [GBP] GGBP
1000000000.0 [JPY] GJPY
1000000000.0 [CNY] GCNY
1000000000.0 [CHF] GCHF
0.01 [USD] cent cents
3600.0 [energy] Wh
3600000.0 [energy] kWh
3600000000.0 [energy] MWh
3600000000000.0 [energy] GWh
3600000000000000.0 [energy] TWh
3.6e+18 [energy] PWh
1.0 [energy] J
1000.0 [energy] kJ
1000000.0 [energy] MJ
1000000000.0 [energy] GJ
1000000000000.0 [energy] TJ
1.0 [energy]/[time] W watt watts
1000.0 [energy]/[time] kW
1000000.0 [energy]/[time] MW
1000000000.0 [energy]/[time] GW
1000000000000.0 [energy]/[time] TW
1.0 [information] B byte bytes
1000.0 [information] kB
1000000.0 [information] MB
1000000000.0 [information] GB
1000000000000.0 [information] TB
1000000000000000.0 [information] PB
1024.0 [information] KiB
1048576.0 [information] MiB
1073741824.0 [information] GiB
1099511627776.0 [information] TiB
1125899906842624.0 [information] PiB
0.125 [information] bit bits
1.0 [mass] g gCO2e
1000.0 [mass] kg kgCO2e
1000000.0 [mass] Mg t tonne tonnes tCO2e
1.0 [chip] chip chips GPU GPUs TPU
1.0 [token] token tokens
1.0 [parameter] parameter parameters
1.0 [server] server servers node nodes
0.01 1 percent %
1000000.0 [token] Mtoken
1000000000.0 [token] Gtoken
1000000000000.0 [token] Ttoken
1000000000.0 [parameter] Gparameter
1000000000000.0 [parameter] Tparameter
1.0 [work]/[parameter]/[token] FLOP/parameter/token
1.0 [energy]/[chip]/[time] W/chip W/GPU
1000.0 [energy]/[chip]/[time] kW/chip
1.0 [chip]*[time] chip*s chip*second chip*seconds chips*s chips*second chips*seconds GPU*s GPU*second GPU*seconds GPUs*s GPUs*second GPUs*seconds TPU*s TPU*second TPU*seconds
1.0 [chip]/[time] chip/s chip/second chip/seconds chips/s chips/second chips/seconds GPU/s GPU/second GPU/seconds GPUs/s GPUs/second GPUs/seconds TPU/s TPU/second TPU/seconds
1.1574074074074073e-05 [failure]/[server]/[time] failure/node/day failure/server/day
1.0 [failure] failure
1.0 [chip]/[server] chip/server
1.0 [information]/[parameter] byte/parameter
1.0 [information]/[token] byte/token
1.0 [information]/[token]^2 byte/token/token
1.0 [work]/[token] FLOP/token
1.0 [work]/[token]^2 FLOP/token/token
1e-06 [time] us
0.001 [time] ms
1.0 [work]/[chip]/[time] FLOP/s/chip FLOP/second/chip FLOPs/s/chip FLOPs/second/chip
1000.0 [work]/[chip]/[time] kFLOP/s/chip kFLOP/second/chip kFLOPs/s/chip kFLOPs/second/chip
1000000.0 [work]/[chip]/[time] MFLOP/s/chip MFLOP/second/chip MFLOPs/s/chip MFLOPs/second/chip
1000000000.0 [work]/[chip]/[time] GFLOP/s/chip GFLOP/second/chip GFLOPs/s/chip GFLOPs/second/chip
1000000000000.0 [work]/[chip]/[time] TFLOP/s/chip TFLOP/second/chip TFLOPs/s/chip TFLOPs/second/chip teraFLOP/s/chip teraFLOP/second/chip TFLOP/s/GPU
1000000000000000.0 [work]/[chip]/[time] PFLOP/s/chip PFLOP/second/chip PFLOPs/s/chip PFLOPs/second/chip petaFLOP/s/chip petaFLOP/second/chip PFLOP/s/GPU
1e+18 [work]/[chip]/[time] EFLOP/s/chip EFLOP/second/chip EFLOPs/s/chip EFLOPs/second/chip exaFLOP/s/chip exaFLOP/second/chip
1e+21 [work]/[chip]/[time] ZFLOP/s/chip ZFLOP/second/chip ZFLOPs/s/chip ZFLOPs/second/chip
1.0 [information]/[time] B/s byte/s bytes/s
1000.0 [information]/[time] kB/s
1000000.0 [information]/[time] MB/s
1000000000.0 [information]/[time] GB/s
1000000000000.0 [information]/[time] TB/s
1000000000000000.0 [information]/[time] PB/s
1024.0 [information]/[time] KiB/s
1048576.0 [information]/[time] MiB/s
1073741824.0 [information]/[time] GiB/s
1099511627776.0 [information]/[time] TiB/s
1125899906842624.0 [information]/[time] PiB/s
0.125 [information]/[time] bit/s bits/s
1.0 [information]/[chip]/[time] B/s/chip byte/s/chip bytes/s/chip
1000.0 [information]/[chip]/[time] kB/s/chip
1000000.0 [information]/[chip]/[time] MB/s/chip
1000000000.0 [information]/[chip]/[time] GB/s/chip
1000000000000.0 [information]/[chip]/[time] TB/s/chip
1000000000000000.0 [information]/[chip]/[time] PB/s/chip
1024.0 [information]/[chip]/[time] KiB/s/chip
1048576.0 [information]/[chip]/[time] MiB/s/chip
1073741824.0 [information]/[chip]/[time] GiB/s/chip
1099511627776.0 [information]/[chip]/[time] TiB/s/chip
1125899906842624.0 [information]/[chip]/[time] PiB/s/chip
0.125 [information]/[chip]/[time] bit/s/chip bits/s/chip
1.0 [information]/[chip] B/chip byte/chip bytes/chip
1000.0 [information]/[chip] kB/chip
1000000.0 [information]/[chip] MB/chip
1000000000.0 [information]/[chip] GB/chip
1000000000000.0 [information]/[chip] TB/chip
1000000000000000.0 [information]/[chip] PB/chip
1024.0 [information]/[chip] KiB/chip
1048576.0 [information]/[chip] MiB/chip
1073741824.0 [information]/[chip] GiB/chip
1099511627776.0 [information]/[chip] TiB/chip
1125899906842624.0 [information]/[chip] PiB/chip
0.125 [information]/[chip] bit/chip bits/chip
1.0 [USD]/[chip] USD/chip USD/GPU dollar/chip dollar/GPU dollars/chip dollars/GPU
1.0 [EUR]/[chip] EUR/chip EUR/GPU
1.0 [GBP]/[chip] GBP/chip GBP/GPU
1.0 [JPY]/[chip] JPY/chip JPY/GPU
1.0 [CNY]/[chip] CNY/chip CNY/GPU
1.0 [CHF]/[chip] CHF/chip CHF/GPU
1000.0 [USD]/[chip] kUSD/chip kUSD/GPU
1000.0 [EUR]/[chip] kEUR/chip kEUR/GPU
1000.0 [GBP]/[chip] kGBP/chip kGBP/GPU
1000.0 [JPY]/[chip] kJPY/chip kJPY/GPU
1000.0 [CNY]/[chip] kCNY/chip kCNY/GPU
1000.0 [CHF]/[chip] kCHF/chip kCHF/GPU
1000000.0 [USD]/[chip] MUSD/chip MUSD/GPU
1000000.0 [EUR]/[chip] MEUR/chip MEUR/GPU
1000000.0 [GBP]/[chip] MGBP/chip MGBP/GPU
1000000.0 [JPY]/[chip] MJPY/chip MJPY/GPU
1000000.0 [CNY]/[chip] MCNY/chip MCNY/GPU
1000000.0 [CHF]/[chip] MCHF/chip MCHF/GPU
1000000000.0 [USD]/[chip] GUSD/chip GUSD/GPU
1000000000.0 [EUR]/[chip] GEUR/chip GEUR/GPU
1000000000.0 [GBP]/[chip] GGBP/chip GGBP/GPU
1000000000.0 [JPY]/[chip] GJPY/chip GJPY/GPU
1000000000.0 [CNY]/[chip] GCNY/chip GCNY/GPU
1000000000.0 [CHF]/[chip] GCHF/chip GCHF/GPU
0.01 [USD]/[chip] cent/chip cent/GPU cents/chip cents/GPU
2.7777777777777776e-07 [USD]/[energy] USD/kWh
2.7777777777777777e-10 [USD]/[energy] USD/MWh
1.0 [USD]*[time]/[energy] USD/W
0.001 [USD]*[time]/[energy] USD/kW
1e-06 [USD]*[time]/[energy] USD/MW
1.0 [USD]/[time] USD/s USD/second USD/seconds
0.016666666666666666 [USD]/[time] USD/min USD/minute USD/minutes
0.0002777777777777778 [USD]/[time] USD/h USD/hour USD/hours
1.1574074074074073e-05 [USD]/[time] USD/d USD/day USD/days
1.6534391534391533e-06 [USD]/[time] USD/week USD/weeks
3.802570537683474e-07 [USD]/[time] USD/month USD/months
1.267523512561158e-07 [USD]/[time] USD/quarter
3.168808781402895e-08 [USD]/[time] USD/year USD/years USD/yr
2.7777777777777776e-07 [EUR]/[energy] EUR/kWh
2.7777777777777777e-10 [EUR]/[energy] EUR/MWh
1.0 [EUR]*[time]/[energy] EUR/W
0.001 [EUR]*[time]/[energy] EUR/kW
1e-06 [EUR]*[time]/[energy] EUR/MW
1.0 [EUR]/[time] EUR/s EUR/second EUR/seconds
0.016666666666666666 [EUR]/[time] EUR/min EUR/minute EUR/minutes
0.0002777777777777778 [EUR]/[time] EUR/h EUR/hour EUR/hours
1.1574074074074073e-05 [EUR]/[time] EUR/d EUR/day EUR/days
1.6534391534391533e-06 [EUR]/[time] EUR/week EUR/weeks
3.802570537683474e-07 [EUR]/[time] EUR/month EUR/months
1.267523512561158e-07 [EUR]/[time] EUR/quarter
3.168808781402895e-08 [EUR]/[time] EUR/year EUR/years EUR/yr
2.7777777777777776e-07 [GBP]/[energy] GBP/kWh
2.7777777777777777e-10 [GBP]/[energy] GBP/MWh
1.0 [GBP]*[time]/[energy] GBP/W
0.001 [GBP]*[time]/[energy] GBP/kW
1e-06 [GBP]*[time]/[energy] GBP/MW
1.0 [GBP]/[time] GBP/s GBP/second GBP/seconds
0.016666666666666666 [GBP]/[time] GBP/min GBP/minute GBP/minutes
0.0002777777777777778 [GBP]/[time] GBP/h GBP/hour GBP/hours
1.1574074074074073e-05 [GBP]/[time] GBP/d GBP/day GBP/days
1.6534391534391533e-06 [GBP]/[time] GBP/week GBP/weeks
3.802570537683474e-07 [GBP]/[time] GBP/month GBP/months
1.267523512561158e-07 [GBP]/[time] GBP/quarter
3.168808781402895e-08 [GBP]/[time] GBP/year GBP/years GBP/yr
2.7777777777777776e-07 [JPY]/[energy] JPY/kWh
2.7777777777777777e-10 [JPY]/[energy] JPY/MWh
1.0 [JPY]*[time]/[energy] JPY/W
0.001 [JPY]*[time]/[energy] JPY/kW
1e-06 [JPY]*[time]/[energy] JPY/MW
1.0 [JPY]/[time] JPY/s JPY/second JPY/seconds
0.016666666666666666 [JPY]/[time] JPY/min JPY/minute JPY/minutes
0.0002777777777777778 [JPY]/[time] JPY/h JPY/hour JPY/hours
1.1574074074074073e-05 [JPY]/[time] JPY/d JPY/day JPY/days
1.6534391534391533e-06 [JPY]/[time] JPY/week JPY/weeks
3.802570537683474e-07 [JPY]/[time] JPY/month JPY/months
1.267523512561158e-07 [JPY]/[time] JPY/quarter
3.168808781402895e-08 [JPY]/[time] JPY/year JPY/years JPY/yr
2.7777777777777776e-07 [CNY]/[energy] CNY/kWh
2.7777777777777777e-10 [CNY]/[energy] CNY/MWh
1.0 [CNY]*[time]/[energy] CNY/W
0.001 [CNY]*[time]/[energy] CNY/kW
1e-06 [CNY]*[time]/[energy] CNY/MW
1.0 [CNY]/[time] CNY/s CNY/second CNY/seconds
0.016666666666666666 [CNY]/[time] CNY/min CNY/minute CNY/minutes
0.0002777777777777778 [CNY]/[time] CNY/h CNY/hour CNY/hours
1.1574074074074073e-05 [CNY]/[time] CNY/d CNY/day CNY/days
1.6534391534391533e-06 [CNY]/[time] CNY/week CNY/weeks
3.802570537683474e-07 [CNY]/[time] CNY/month CNY/months
1.267523512561158e-07 [CNY]/[time] CNY/quarter
3.168808781402895e-08 [CNY]/[time] CNY/year CNY/years CNY/yr
2.7777777777777776e-07 [CHF]/[energy] CHF/kWh
2.7777777777777777e-10 [CHF]/[energy] CHF/MWh
1.0 [CHF]*[time]/[energy] CHF/W
0.001 [CHF]*[time]/[energy] CHF/kW
1e-06 [CHF]*[time]/[energy] CHF/MW
1.0 [CHF]/[time] CHF/s CHF/second CHF/seconds
0.016666666666666666 [CHF]/[time] CHF/min CHF/minute CHF/minutes
0.0002777777777777778 [CHF]/[time] CHF/h CHF/hour CHF/hours
1.1574074074074073e-05 [CHF]/[time] CHF/d CHF/day CHF/days
1.6534391534391533e-06 [CHF]/[time] CHF/week CHF/weeks
3.802570537683474e-07 [CHF]/[time] CHF/month CHF/months
1.267523512561158e-07 [CHF]/[time] CHF/quarter
3.168808781402895e-08 [CHF]/[time] CHF/year CHF/years CHF/yr
2.777777777777778e-09 [USD]/[energy] cent/kWh cents/kWh
2.7777777777777777e-12 [USD]/[energy] cent/MWh cents/MWh
0.01 [USD]*[time]/[energy] cent/W cents/W
1e-05 [USD]*[time]/[energy] cent/kW cents/kW
1e-08 [USD]*[time]/[energy] cent/MW cents/MW
0.01 [USD]/[time] cent/s cent/second cent/seconds cents/s cents/second cents/seconds
0.00016666666666666666 [USD]/[time] cent/min cent/minute cent/minutes cents/min cents/minute cents/minutes
2.777777777777778e-06 [USD]/[time] cent/h cent/hour cent/hours cents/h cents/hour cents/hours
1.1574074074074073e-07 [USD]/[time] cent/d cent/day cent/days cents/d cents/day cents/days
1.6534391534391535e-08 [USD]/[time] cent/week cent/weeks cents/week cents/weeks
3.802570537683473e-09 [USD]/[time] cent/month cent/months cents/month cents/months
1.2675235125611579e-09 [USD]/[time] cent/quarter cents/quarter
3.1688087814028947e-10 [USD]/[time] cent/year cent/years cent/yr cents/year cents/years cents/yr
0.0002777777777777778 [USD]/[chip]/[time] USD/chip/h USD/chip/hour USD/GPU/h USD/GPU/hour USD/(chip*hour)
3.802570537683474e-07 [USD]/[chip]/[time] USD/chip/month USD/GPU/month
3.168808781402895e-08 [USD]/[chip]/[time] USD/chip/year USD/GPU/year
0.0002777777777777778 [EUR]/[chip]/[time] EUR/chip/h EUR/chip/hour EUR/GPU/h EUR/GPU/hour EUR/(chip*hour)
3.802570537683474e-07 [EUR]/[chip]/[time] EUR/chip/month EUR/GPU/month
3.168808781402895e-08 [EUR]/[chip]/[time] EUR/chip/year EUR/GPU/year
0.0002777777777777778 [GBP]/[chip]/[time] GBP/chip/h GBP/chip/hour GBP/GPU/h GBP/GPU/hour GBP/(chip*hour)
3.802570537683474e-07 [GBP]/[chip]/[time] GBP/chip/month GBP/GPU/month
3.168808781402895e-08 [GBP]/[chip]/[time] GBP/chip/year GBP/GPU/year
0.0002777777777777778 [JPY]/[chip]/[time] JPY/chip/h JPY/chip/hour JPY/GPU/h JPY/GPU/hour JPY/(chip*hour)
3.802570537683474e-07 [JPY]/[chip]/[time] JPY/chip/month JPY/GPU/month
3.168808781402895e-08 [JPY]/[chip]/[time] JPY/chip/year JPY/GPU/year
0.0002777777777777778 [CNY]/[chip]/[time] CNY/chip/h CNY/chip/hour CNY/GPU/h CNY/GPU/hour CNY/(chip*hour)
3.802570537683474e-07 [CNY]/[chip]/[time] CNY/chip/month CNY/GPU/month
3.168808781402895e-08 [CNY]/[chip]/[time] CNY/chip/year CNY/GPU/year
0.0002777777777777778 [CHF]/[chip]/[time] CHF/chip/h CHF/chip/hour CHF/GPU/h CHF/GPU/hour CHF/(chip*hour)
3.802570537683474e-07 [CHF]/[chip]/[time] CHF/chip/month CHF/GPU/month
3.168808781402895e-08 [CHF]/[chip]/[time] CHF/chip/year CHF/GPU/year
3600.0 [USD]*[time]/[chip] USD/chip*hour
3600.0 [EUR]*[time]/[chip] EUR/chip*hour
3600.0 [GBP]*[time]/[chip] GBP/chip*hour
3600.0 [JPY]*[time]/[chip] JPY/chip*hour
3600.0 [CNY]*[time]/[chip] CNY/chip*hour
3600.0 [CHF]*[time]/[chip] CHF/chip*hour
2.7777777777777776e-07 [mass]/[energy] g/kWh kg/MWh gCO2e/kWh kgCO2e/MWh
2.7777777777777777e-10 [mass]/[energy] g/MWh gCO2e/MWh
0.0002777777777777778 [mass]/[energy] kg/kWh Mg/MWh t/MWh tonne/MWh tonnes/MWh kgCO2e/kWh tCO2e/MWh
0.2777777777777778 [mass]/[energy] Mg/kWh t/kWh tonne/kWh tonnes/kWh tCO2e/kWh
60.0 [chip]*[time] chip*min chip*minute chip*minutes chips*min chips*minute chips*minutes GPU*min GPU*minute GPU*minutes GPUs*min GPUs*minute GPUs*minutes TPU*min TPU*minute TPU*minutes
3600.0 [chip]*[time] chip*h chip*hour chip*hours chips*h chips*hour chips*hours GPU*h GPU*hour GPU*hours GPUs*h GPUs*hour GPUs*hours TPU*h TPU*hour TPU*hours
86400.0 [chip]*[time] chip*d chip*day chip*days chips*d chips*day chips*days GPU*d GPU*day GPU*days GPUs*d GPUs*day GPUs*days TPU*d TPU*day TPU*days
604800.0 [chip]*[time] chip*week chip*weeks chips*week chips*weeks GPU*week GPU*weeks GPUs*week GPUs*weeks TPU*week TPU*weeks
2629800.0 [chip]*[time] chip*month chip*months chips*month chips*months GPU*month GPU*months GPUs*month GPUs*months TPU*month TPU*months
7889400.0 [chip]*[time] chip*quarter chips*quarter GPU*quarter GPUs*quarter TPU*quarter
31557600.0 [chip]*[time] chip*year chip*years chip*yr chips*year chips*years chips*yr GPU*year GPU*years GPU*yr GPUs*year GPUs*years GPUs*yr TPU*year TPU*years TPU*yr
0.016666666666666666 [chip]/[time] chip/min chip/minute chip/minutes chips/min chips/minute chips/minutes GPU/min GPU/minute GPU/minutes GPUs/min GPUs/minute GPUs/minutes TPU/min TPU/minute TPU/minutes
0.0002777777777777778 [chip]/[time] chip/h chip/hour chip/hours chips/h chips/hour chips/hours GPU/h GPU/hour GPU/hours GPUs/h GPUs/hour GPUs/hours TPU/h TPU/hour TPU/hours
1.1574074074074073e-05 [chip]/[time] chip/d chip/day chip/days chips/d chips/day chips/days GPU/d GPU/day GPU/days GPUs/d GPUs/day GPUs/days TPU/d TPU/day TPU/days
1.6534391534391533e-06 [chip]/[time] chip/week chip/weeks chips/week chips/weeks GPU/week GPU/weeks GPUs/week GPUs/weeks TPU/week TPU/weeks
3.802570537683474e-07 [chip]/[time] chip/month chip/months chips/month chips/months GPU/month GPU/months GPUs/month GPUs/months TPU/month TPU/months
1.267523512561158e-07 [chip]/[time] chip/quarter chips/quarter GPU/quarter GPUs/quarter TPU/quarter
3.168808781402895e-08 [chip]/[time] chip/year chip/years chip/yr chips/year chips/years chips/yr GPU/year GPU/years GPU/yr GPUs/year GPUs/years GPUs/yr TPU/year TPU/years TPU/yr
3600.0 [work] FLOP/s*h FLOP/s*hour FLOP/second*h FLOP/second*hour FLOPs/s*h FLOPs/s*hour FLOPs/second*h FLOPs/second*hour
86400.0 [work] FLOP/s*day FLOP/s*days FLOP/second*day FLOP/second*days FLOPs/s*day FLOPs/s*days FLOPs/second*day FLOPs/second*days
3600000.0 [work] kFLOP/s*h kFLOP/s*hour kFLOP/second*h kFLOP/second*hour kFLOPs/s*h kFLOPs/s*hour kFLOPs/second*h kFLOPs/second*hour
86400000.0 [work] kFLOP/s*day kFLOP/s*days kFLOP/second*day kFLOP/second*days kFLOPs/s*day kFLOPs/s*days kFLOPs/second*day kFLOPs/second*days
3600000000.0 [work] MFLOP/s*h MFLOP/s*hour MFLOP/second*h MFLOP/second*hour MFLOPs/s*h MFLOPs/s*hour MFLOPs/second*h MFLOPs/second*hour
86400000000.0 [work] MFLOP/s*day MFLOP/s*days MFLOP/second*day MFLOP/second*days MFLOPs/s*day MFLOPs/s*days MFLOPs/second*day MFLOPs/second*days
3600000000000.0 [work] GFLOP/s*h GFLOP/s*hour GFLOP/second*h GFLOP/second*hour GFLOPs/s*h GFLOPs/s*hour GFLOPs/second*h GFLOPs/second*hour
86400000000000.0 [work] GFLOP/s*day GFLOP/s*days GFLOP/second*day GFLOP/second*days GFLOPs/s*day GFLOPs/s*days GFLOPs/second*day GFLOPs/second*days
3600000000000000.0 [work] TFLOP/s*h TFLOP/s*hour TFLOP/second*h TFLOP/second*hour TFLOPs/s*h TFLOPs/s*hour TFLOPs/second*h TFLOPs/second*hour teraFLOP/s*h teraFLOP/s*hour teraFLOP/second*h teraFLOP/second*hour
8.64e+16 [work] TFLOP/s*day TFLOP/s*days TFLOP/second*day TFLOP/second*days TFLOPs/s*day TFLOPs/s*days TFLOPs/second*day TFLOPs/second*days teraFLOP/s*day teraFLOP/s*days teraFLOP/second*day teraFLOP/second*days
3.6e+18 [work] PFLOP/s*h PFLOP/s*hour PFLOP/second*h PFLOP/second*hour PFLOPs/s*h PFLOPs/s*hour PFLOPs/second*h PFLOPs/second*hour petaFLOP/s*h petaFLOP/s*hour petaFLOP/second*h petaFLOP/second*hour
8.64e+19 [work] PFLOP/s*day PFLOP/s*days PFLOP/second*day PFLOP/second*days PFLOPs/s*day PFLOPs/s*days PFLOPs/second*day PFLOPs/second*days petaFLOP/s*day petaFLOP/s*days petaFLOP/second*day petaFLOP/second*days
3.6e+21 [work] EFLOP/s*h EFLOP/s*hour EFLOP/second*h EFLOP/second*hour EFLOPs/s*h EFLOPs/s*hour EFLOPs/second*h EFLOPs/second*hour exaFLOP/s*h exaFLOP/s*hour exaFLOP/second*h exaFLOP/second*hour
8.64e+22 [work] EFLOP/s*day EFLOP/s*days EFLOP/second*day EFLOP/second*days EFLOPs/s*day EFLOPs/s*days EFLOPs/second*day EFLOPs/second*days exaFLOP/s*day exaFLOP/s*days exaFLOP/second*day exaFLOP/second*days
3.6e+24 [work] ZFLOP/s*h ZFLOP/s*hour ZFLOP/second*h ZFLOP/second*hour ZFLOPs/s*h ZFLOPs/s*hour ZFLOPs/second*h ZFLOPs/second*hour
8.64e+25 [work] ZFLOP/s*day ZFLOP/s*days ZFLOP/second*day ZFLOP/second*days ZFLOPs/s*day ZFLOPs/s*days ZFLOPs/second*day ZFLOPs/second*days
1.0 [work]/[USD] FLOP/USD FLOPs/USD
1000.0 [work]/[USD] kFLOP/USD kFLOPs/USD
1000000.0 [work]/[USD] MFLOP/USD MFLOPs/USD
1000000000.0 [work]/[USD] GFLOP/USD GFLOPs/USD
1000000000000.0 [work]/[USD] TFLOP/USD TFLOPs/USD teraFLOP/USD
1000000000000000.0 [work]/[USD] PFLOP/USD PFLOPs/USD petaFLOP/USD
1e+18 [work]/[USD] EFLOP/USD EFLOPs/USD exaFLOP/USD
1e+21 [work]/[USD] ZFLOP/USD ZFLOPs/USD
1e-21 [USD]/[work] USD/ZFLOP
1.0 [USD]/[server] USD/server
3.8025705376834746e-10 [USD]/[energy] USD/kW/month
1.0 [energy]/[server]/[time] W/server
1.0 [token]/[time] token/s tokens/s
1.0 [token]/[chip]/[time] token/s/chip token/s/GPU
3.168808781402895e-08 1/[time] 1/year
1.0 [USD]/[local] USD/local
1.0 [local] local
1000.0 [energy]/[server]/[time] kW/server
1.1574074074074073e-05 1/[time] 1/day
0.0002777777777777778 1/[time] 1/hour
3.1688087814028947e-10 1/[time] percent/year %/year
1e-06 [post]*[time]/[energy] post/MW
3.168808781402895e-08 [USD]/[post]/[time] USD/post/year
1.0 [information]/[parameter]/[token] byte/token/parameter
1.1574074074074073e-05 [token]/[time] token/day
1.0 1/[time] 1/s
1.0 [token]/[energy] token/J
1e-06 [USD]/[token] USD/Mtoken
1.0 [energy]/[token] J/token
0.031688087814028945 [USD]/[time] MUSD/year
125000000.0 [information]/[time] Gb/s
1.0 [USD]/[CNY] USD/CNY
1.0 [USD]/[EUR] USD/EUR
1.0 [USD]/[TWD] USD/TWD
1.0 [work]/[parameter] FLOP/parameter
1.0 [work]/[USD]/[time] FLOP/s/USD
1.1574074074074075e-20 [USD]/[work] USD/(PFLOP/s*day)
1.0 [USD]/[work] USD/FLOP
"""

TABLE: dict[str, tuple[float, str]] = {}
for _factor, _dimension, *_texts in map(str.split, _LINES.splitlines()):
    TABLE |= dict.fromkeys(_texts, (float(_factor), _dimension))
