*** Test Cases ***
Needs two attempts
    Run Keyword If    '${ATTEMPT}' == '1'    Fail    not yet & not <now>

Always fails
    Fail    broken in attempt ${ATTEMPT}

Fine
    No Operation
