"""A cfg's text as darknet's parsers read it, and what they read differently."""

import pytest

from anchorkit.darknet.difference import unified_difference
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.sections import Section, read_cfg
from anchorkit.errors import CfgError


def net(lines: str) -> Section:
    return read_cfg("[net]\n" + lines).net


def test_comments_before_the_first_section_are_no_keys() -> None:
    assert read_cfg("; a=1\n  # b=2\n\t;\n[net]\nwidth=1\n").net.integer("width", 0) == 1


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("width=416", 416),
        (" w i d t h\t= 4 16 \r", 416),
        ("width=416 # 608", 416),
        ("width=416;608", 416),
        ("width=+416x", 416),
        ("width=416.9", 416),
        ("width=-3", -3),
        ("width=x", 0),
        ("width=", 7),
        ("width", 7),
        ("#width=5", 7),
        (";width=5", 7),
        ("width=1\nwidth=2", 1),
        ("width=\nwidth=2", 2),
        ("Width=5", 7),
    ],
)
def test_integer_is_read_as_darknet_reads_it(line: str, value: int) -> None:
    assert net(line).integer("width", 7) == value


def test_value_is_found_where_it_stands() -> None:
    text = "[net]\r\n\tanchors\t=  1,2 , 3,4 \t# five, six\r\nnum=2"
    anchors, num = read_cfg(text).net.entries
    assert text[anchors.start : anchors.end] == anchors.value == "1,2 , 3,4"
    assert (anchors.comment, anchors.line) == ("# five, six", 2)
    assert text[num.start : num.end] == "2"


def test_aliases_are_the_types_they_stand_for() -> None:
    names = ["network", "conv", "max", "avg", "local_avg", "conn", "soft", "lrn", "empty", "yolo"]
    cfg = read_cfg("".join(f"[{name}]\n" for name in names))
    assert [section.type for section in cfg.sections] == [
        *("net", "convolutional", "maxpool", "avgpool", "local_avgpool", "connected"),
        *("softmax", "normalization", "silence", "yolo"),
    ]


def test_header_with_blanks_is_the_section_and_other_case_is_not() -> None:
    cfg = read_cfg("[ net ]\n[ yolo ]\n[Yolo]\n[yolo\n")
    assert [section.type for section in cfg.sections] == ["net", "yolo", "Yolo", "[yolo"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("width=1\r\nheight=2\r", "line 2: lines end with CRLF"),
        (";batch=1", "line 2: `;` begins a comment"),
        ("width=1\nwidth=2", "line 3: width is repeated"),
        ("mask=", "line 2: mask=: no value"),
        ("[ yolo ]", "line 2: [ yolo ]: hank-ai's darknet takes no blanks"),
        ("[yolo]\nanchors=1e1,2", "line 3: anchors: hank-ai's darknet reads no exponents"),
        ("[region]\nanchors=1,2 # a, b", "line 3: anchors of [region]: darknet counts the commas"),
        ("[yolo]\nmask=0,1 ; 2,3", "line 3: mask of [yolo]: darknet counts the commas"),
        ("[conv]\n[route]\nlayers=0 # a, b", "line 4: layers of [route]: darknet counts"),
        ("letter_box=1\nmosaic=1", "line 3: darknet does not train with letter_box=1 and mosaic=1"),
        ("[reorg]\nstride=2", "line 2: [reorg]: a layer that hank-ai's darknet does not have"),
        ("[soft]", "line 2: [soft]: hank-ai's darknet knows only [softmax]"),
        ("[sam]", "line 2: [sam]: a layer that pjreddie's darknet does not have"),
        ("[iseg]", "line 2: [iseg]: a layer that AlexeyAB's darknet does not have"),
        ("[crop]", "line 2: [crop]: a layer that hank-ai's darknet does not have"),
        ("max_crop=448", "line 2: max_crop of [net]: hank-ai's darknet does not know the key"),
        ("[yolo]\nshow_details=0", "line 3: show_details of [yolo]: hank-ai's darknet does not"),
        ("decay=5e-4", "line 2: decay: hank-ai's darknet reads no exponents"),
        ("width=416 ; wide", "line 2: a comment after a value with `;`, which hank-ai's"),
        ("[conv]\nactivation=mish", "line 3: activation=mish: pjreddie's darknet takes relu"),
        ("[route]\ngroups=2", "line 3: groups of [route]: pjreddie's darknet does not read it"),
        ("[max]\nstride=2\nstride_x=1", "line 4: stride_x of [maxpool]: pjreddie's darknet"),
        ("[rnn]\noutput=4\nhidden=5", "line 4: hidden of [rnn]: pjreddie's darknet does not"),
        ("[rnn]\noutput=4", "line 2: [rnn]: AlexeyAB's darknet takes 1 without hidden="),
        ("[shortcut]\nweights_type=per_channel", "line 3: weights_type of [shortcut]: pjreddie's"),
        ("[crnn]\noutput_filters=4", "line 3: output_filters of [crnn]: AlexeyAB's darknet does"),
        ("[reorg]\nextra=1", "line 3: extra of [reorg]: AlexeyAB's darknet does not read it"),
    ],
)
def test_what_one_darknet_does_not_read_is_noted(text: str, note: str) -> None:
    assert note in "\n".join(map(str, notes_of(read_cfg("[net]\n" + text))))


@pytest.mark.parametrize(
    "text",
    [
        "letter_box=1\nB1=0.9\nburn_in=1000\npolicy=steps\nsteps=1,2\nscales=.1,.1",
        "[conv]\nfilters=8\nstride=2\nstride_x=2\ngroups=4\ndilation=1\nantialiasing=0",
        "[route]\nlayers=-1\ngroups=1\n[yolo]\nnew_coords=1\nembedding_layer=3\nclip=2",
        "[rnn]\nhidden=9\noutput=9\n[shortcut]\nfrom=-2\nweights_type=none",
    ],
)
def test_what_every_darknet_takes_alike_is_not_noted(text: str) -> None:
    assert notes_of(read_cfg("[net]\n" + text)) == ()


def test_second_name_of_a_layer_that_hank_ai_lacks_is_noted_once() -> None:
    notes = [str(note) for note in notes_of(read_cfg("[net]\n[lrn]\n"))]
    assert notes == ["line 2: [normalization]: a layer that hank-ai's darknet does not have"]


def test_plain_cfg_has_no_notes() -> None:
    assert (
        notes_of(
            read_cfg("[net]\n# a = b\n#;c=d\nwidth=1 # x, y\n\n[conv]\n[yolo]\nmask=1,2 # 3,4\n")
        )
        == ()
    )


def test_notes_of_a_kind_are_counted_together() -> None:
    (note,) = notes_of(read_cfg("[net]\r\nwidth=1\r\n\r\nheight=2\r\n"))
    assert (note.line, note.times) == (1, 4)


@pytest.mark.parametrize(
    ("old", "new"), [("a\nb\n", "a\nc\n"), ("a\nb", "a\nb\n"), ("a\r\n\fb", "a\r\n\fc"), ("", "a")]
)
def test_difference_has_each_line_once(old: str, new: str) -> None:
    lines = unified_difference(old, new, "x.cfg").split("\n")
    assert lines[:2] == ["--- x.cfg", "+++ x.cfg"]
    body = [line for line in lines[2:-1] if line[:2] not in ("@@", "\\ ")]
    assert [line[1:] for line in body if line[0] in " -"] == [one for one in old.split("\n") if one]
    assert [line[1:] for line in body if line[0] in " +"] == [one for one in new.split("\n") if one]
    assert unified_difference(new, new, "x.cfg") == ""


def test_an_input_too_large_for_any_network_is_named_with_its_line() -> None:
    cfg = read_cfg(f"[net]\nheight=65536\nwidth={'9' * 300}\n")
    said = r"^line 3: wanted width of at most 65,536 pixels, found 9{40}$"
    with pytest.raises(CfgError, match=said):
        _ = cfg.size
    assert read_cfg("[net]\nwidth=65536\nheight=65536\n").size == (65536, 65536)
