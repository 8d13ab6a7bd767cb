*** Settings ***
Documentation     Putting things into the basket.

*** Test Cases ***
Add one item
    [Documentation]    The simplest case.
    [Tags]    smoke    Smoke    S_M O-KE    owner-ann
    Log    one item
    Should Be Equal    ${1}    ${1}

Add many items
    FOR    ${n}    IN RANGE    3
        IF    ${n} == 2
            Log    the last one, <b>really</b>
        ELSE
            Log    item ${n}
        END
    END

Wrong total
    [Tags]    money
    Should Be Equal    42.50    43.00    The total is wrong

Empty basket
    Fail    *HTML* The basket is <b>empty</b> & sad

Several things wrong
    Run Keyword And Continue On Failure    Fail    first
    Run Keyword And Continue On Failure    Fail    second

Not on this machine
    Skip    there is no printer here

Same name
    No Operation

Same name
    Fail    the second of two tests of one name

Ünïcödé “quotes” & <angles>
    Log    ☃
