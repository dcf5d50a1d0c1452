"""The style of the page of a ranking."""

STYLE = """
:root{color-scheme:light dark;--ground:#f7f5f1;--card:#fff;--ink:#24221e;--soft:#6b665c;
--line:#e3dfd6;--accent:#8a4b14;--bar:#d8a36a;--track:#ece8df}
@media(prefers-color-scheme:dark){:root{--ground:#17181a;--card:#212326;--ink:#e9e6df;
--soft:#a29d92;--line:#33363a;--accent:#f0b27a;--bar:#b9783d;--track:#34373b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:clamp(1.7rem,4vw,2.5rem);line-height:1.15;letter-spacing:-.02em;margin:0}
h2{font-size:1.35rem;letter-spacing:-.01em;margin:2.75rem 0 0}
header p,section>p{color:var(--soft);margin:.3rem 0 0;max-width:44rem}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}
nav a{border:1px solid var(--line);border-radius:99px;padding:.25rem .9rem;background:var(--card);
text-decoration:none}
a{color:var(--accent);text-underline-offset:.15em}
ol{list-style:none;margin:1.1rem 0 0;padding:0;display:grid;gap:1.1rem;
grid-template-columns:repeat(auto-fill,minmax(203px,1fr))}
li{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden;
display:flex;flex-direction:column}
.shot{display:block;text-decoration:none;border-bottom:1px solid var(--line)}
.shot>*{display:block;width:100%;height:auto;aspect-ratio:201/147;object-fit:cover;
object-position:top}
.none{display:grid;place-items:center;font-size:3rem;font-weight:600;color:#fffd}
.c0{background:#6b7f99}.c1{background:#8a6d5c}.c2{background:#5f8577}.c3{background:#8b6f8f}
.c4{background:#a07f43}.c5{background:#71797f}
h3{font-size:1rem;line-height:1.3;margin:.7rem .85rem 0;font-weight:600;overflow-wrap:anywhere}
h3 a{color:inherit;text-decoration:none}h3 a:hover{text-decoration:underline}
.number{color:var(--soft);font-weight:400;font-variant-numeric:tabular-nums;margin-right:.15rem}
.host{margin:.1rem .85rem 0;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.share{margin:auto .85rem .8rem;padding-top:.6rem;font-size:.85rem;color:var(--soft)}
.share b{color:var(--accent)}
.bar{display:block;width:100%;height:5px;margin-bottom:.4rem;border-radius:3px;
background:var(--track);fill:var(--bar)}
section:last-child{padding-bottom:3.5rem}
@media(max-width:480px){ol{grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:.8rem}}
"""
